// Questions to the server. What it refuses is an Error with its one line.

async function ask(path) {
  let answer;
  try {
    answer = await fetch(path);
  } catch {
    throw new Error('no answer: dpros dataset view has ended');
  }
  if (!answer.ok) throw new Error((await answer.text()).trim());
  return answer;
}

export const json = async path => (await ask(path)).json();
export const floats = async path => new Float32Array(await (await ask(path)).arrayBuffer());
export const picture = async path => createImageBitmap(await (await ask(path)).blob());

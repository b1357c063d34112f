"""Writes small HDF5 files as robomimic and ALOHA have them, by h5py: python3 hdf5_samples.py FOLDER"""
import io
import json
import sys

import h5py
import numpy as np
from PIL import Image

folder = sys.argv[1]


def values(demo, steps, width, salt, dtype="f8"):
    """Exact in float32: 100 of the demonstration, the step, an eighth of the column, and what tells arrays apart."""
    return (100 * demo + salt + np.arange(steps)[:, None] + np.arange(width)[None, :] / 8).astype(dtype)


def picture(demo, step):
    rows = np.zeros((12, 16, 3), "u1")
    rows[..., 0] = 10 * demo + step
    rows[..., 1] = np.arange(12)[:, None]
    rows[..., 2] = 100 + np.arange(16)[None, :]
    return rows


def robomimic(path, libver, abs_actions):
    with h5py.File(path, "w", libver=libver) as file:
        data = file.create_group("data")
        data.attrs["env_args"] = json.dumps({"env_name": "Square", "env_kwargs": {"control_freq": 25, "robots": ["Panda"]}})
        total = 0
        for demo, steps in ((0, 5), (2, 4), (10, 6)):
            group = data.create_group("demo_%d" % demo)
            group.attrs["num_samples"] = steps
            total += steps
            group["actions"] = values(demo, steps, 7, 0.5)
            if abs_actions:
                group["actions_abs"] = values(demo, steps, 7, 0.25)
            group["rewards"] = np.zeros(steps)
            group["dones"] = np.zeros(steps, "i8")
            group["states"] = values(demo, steps, 9, 3)
            group["next_obs/robot0_eef_pos"] = values(demo, steps, 3, 2)
            obs = group.create_group("obs")
            obs.create_dataset("robot0_eef_pos", data=values(demo, steps, 3, 1), chunks=(2, 2), compression="gzip", shuffle=True,
                               fletcher32=True)
            obs["robot0_eef_quat"] = values(demo, steps, 4, 2, ">f4")
            obs.create_dataset("robot0_gripper_qpos", data=values(demo, steps, 2, 4, "f2"), chunks=(1, 2))
            obs.create_dataset("object", data=values(demo, steps, 14, 5), compression="lzf")
            obs["contact"] = np.arange(steps) % 2 == 1
            obs["count"] = (np.uint64(2 ** 63) + np.uint64(2 ** 40) * np.arange(steps, dtype="u8")).astype("u8")
            obs["level"] = np.stack([200 + np.arange(steps), np.arange(steps)], 1).astype("u1")
            obs.create_dataset("agentview_image", data=np.stack([picture(demo, step) for step in range(steps)]), chunks=(1, 12, 16, 3),
                               compression="gzip")
            obs.create_dataset("agentview_depth", data=np.zeros((steps, 12, 16, 1), "f4"), compression="gzip")
        data.attrs["total"] = total
        file["mask/train"] = np.array([b"demo_0", b"demo_10"])
        file["mask/valid"] = np.array(["demo_2"], dtype=object)


def jpeg(red, green, blue):
    """As OpenCV writes pictures that it takes for blue, green, red while they are red, green, blue."""
    out = io.BytesIO()
    Image.new("RGB", (24, 16), (blue, green, red)).save(out, "JPEG", quality=90)
    return np.frombuffer(out.getvalue(), "u1")


def aloha(path, episode, steps):
    with h5py.File(path, "w", rdcc_nbytes=1024 ** 2 * 2) as root:
        root.attrs["sim"] = False
        root.attrs["compress"] = True
        obs = root.create_group("observations")
        images = obs.create_group("images")
        encoded = [jpeg(200, 40, 10 * step) for step in range(steps)]
        longest = max(len(one) for one in encoded)
        padded = np.zeros((steps, longest), "u1")
        for step, one in enumerate(encoded):
            padded[step, :len(one)] = one
        images.create_dataset("cam_high", (steps, longest), dtype="uint8", chunks=(1, longest))[...] = padded
        images.create_dataset("cam_raw", data=np.stack([picture(episode, step) for step in range(steps)]), chunks=(1, 12, 16, 3))
        for salt, name in enumerate(("qpos", "qvel", "effort")):
            obs.create_dataset(name, data=values(episode, steps, 14, salt))
        root.create_dataset("action", data=values(episode, steps, 14, 3))
        root.create_dataset("base_action", data=values(episode, steps, 2, 4))
        root.create_dataset("compress_len", (1, steps))[...] = [[len(one) for one in encoded]]


robomimic(folder + "/robomimic.hdf5", "earliest", False)
robomimic(folder + "/robomimic_latest.hdf5", "latest", True)
aloha(folder + "/episode_0.hdf5", 0, 5)
aloha(folder + "/episode_1.hdf5", 1, 3)

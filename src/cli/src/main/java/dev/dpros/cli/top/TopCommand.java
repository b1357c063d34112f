package dev.dpros.cli.top;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.dpros.cli.options.HttpAddress;
import dev.dpros.cli.options.OutputTarget;
import dev.dpros.cli.options.Terminals;
import dev.dpros.core.InputException;
import dev.dpros.metrics.dashboard.PageLink;
import dev.dpros.process.JsonFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jline.terminal.Attributes;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jline.utils.AttributedString;
import org.jline.utils.InfoCmp.Capability;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code dpros top}: a running node in a terminal. */
@Command(
        name = "top",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Show a running node live in a terminal: safety state and its history, sources and their ages, latencies, "
                + "the last chunks from frame to command. Reads the node's live page; costs the node as much as a browser.",
        footer = {"", "Keys: e e-stop, x stop, S start, R reset (what lets a robot move is a capital letter), q quit.",
            "The token of a node that listens beyond loopback comes from DPROS_TOKEN.",
            "Example: ssh -L 8080:127.0.0.1:8080 robot, then here: dpros top"})
public final class TopCommand implements Callable<Integer> {
    private static final Map<Integer, String> KEYS = Map.of((int) 'e', "estop", (int) 'x', "stop", (int) 'S', "start", (int) 'R', "reset");
    private static final int PERIOD_MS = 200;
    private static final int FIRST_STATE_MS = 5000;
    private static final int PLAIN_WIDTH = 120;
    private static final int CTRL_C = 3;
    private static final String PRINTED = "-";
    private static final int LEAST_WIDTH = 30;
    private static final int LEAST_HEIGHT = 5;

    @Option(names = "--url", converter = HttpAddress.class, paramLabel = "URL", defaultValue = "http://127.0.0.1:8080",
            description = "the node's live page (default: ${DEFAULT-VALUE})")
    private URI url;

    @Option(names = "--once", description = "print the present state as text and end")
    private boolean once;

    @Option(names = "--json", converter = Target.class, paramLabel = "FILE", description = "write the present state to this file and end; -: print it")
    private String json;

    @Spec
    private CommandSpec spec;

    /** A file that can be written, or a dash. */
    static final class Target implements ITypeConverter<String> {
        @Override
        public String convert(String text) {
            return text.equals(PRINTED) ? text : new OutputTarget.OfFile().convert(text).toString();
        }
    }

    @Override
    public Integer call() throws Exception {
        try (PageLink link = new PageLink(url, System.getenv().getOrDefault("DPROS_TOKEN", ""))) {
            awaitState(link);
            if (json != null) {
                write(link.view());
            } else if (once || !Terminals.interactive()) {
                PrintWriter out = spec.commandLine().getOut();
                screen(link, PLAIN_WIDTH).forEach(line -> out.println(line.toString().stripTrailing()));
            } else {
                run(link);
            }
            return 0;
        }
    }

    private void write(PageLink.View view) throws IOException {
        Map<String, Object> tree = Map.of("state", view.state(), "latency", view.latency() == null ? List.of() : view.latency());
        if (json.equals(PRINTED)) {
            spec.commandLine().getOut().println(new ObjectMapper().writeValueAsString(tree));
        } else {
            JsonFile.write(Path.of(json), tree);
        }
    }

    /** The first state, and the first latencies, which come with it. */
    private static void awaitState(PageLink link) throws InterruptedException {
        for (int waited = 0; link.view().state() == null || link.view().latency() == null; waited += PERIOD_MS / 4) {
            if (waited > FIRST_STATE_MS) {
                throw new InputException("top: the node's live page sends no state (expected 20 a second); has it too many viewers?");
            }
            Thread.sleep(PERIOD_MS / 4);
        }
    }

    private static List<AttributedString> screen(PageLink link, int width) {
        PageLink.View view = link.view();
        return TopScreen.draw(view.state(), view.latency(), (System.nanoTime() - view.receivedNs()) / 1_000_000, width);
    }

    private static void run(PageLink link) throws IOException {
        try (Terminal terminal = TerminalBuilder.builder().system(true).build()) {
            if (terminal.getType().startsWith(Terminal.TYPE_DUMB)) {
                screen(link, PLAIN_WIDTH).forEach(line -> terminal.writer().println(line.toString().stripTrailing()));
                return;
            }
            Attributes before = terminal.enterRawMode();
            terminal.puts(Capability.enter_ca_mode);
            terminal.puts(Capability.cursor_invisible);
            try {
                String said = "";
                for (int key = 0; key != 'q' && key != CTRL_C && key != -1; key = terminal.reader().read(PERIOD_MS)) {
                    if (KEYS.containsKey(key)) {
                        String action = KEYS.get(key);
                        said = action + ": " + answer(link, action);
                    }
                    paint(terminal, link, said);
                }
            } finally {
                terminal.puts(Capability.cursor_visible);
                terminal.puts(Capability.exit_ca_mode);
                terminal.setAttributes(before);
                terminal.flush();
            }
        }
    }

    /** What cannot be done now is told by the state; the stops are sent in any case. */
    private static String answer(PageLink link, String action) {
        if (!link.actions().contains(action)) {
            return "this node does not take it";
        }
        String refusal = link.view().state().path("refusals").path(action).asText();
        return refusal.isEmpty() ? link.act(action) : refusal;
    }

    private static void paint(Terminal terminal, PageLink link, String said) {
        int width = Math.max(LEAST_WIDTH, terminal.getWidth());
        List<AttributedString> foot = new ArrayList<>();
        TopScreen.wrap(foot, new AttributedString("e e-stop  x stop  S start  R reset  q quit"), width);
        if (!said.isEmpty()) {
            TopScreen.wrap(foot, new AttributedString(said), width);
        }
        List<AttributedString> lines = screen(link, width);
        int height = Math.max(LEAST_HEIGHT, terminal.getHeight()) - 1;
        lines = new ArrayList<>(lines.subList(0, Math.max(1, Math.min(lines.size(), height - foot.size()))));
        lines.addAll(foot);
        StringBuilder text = new StringBuilder("\u001b[H");
        lines.forEach(line -> text.append(line.toAnsi(terminal)).append("\u001b[K\r\n"));
        terminal.writer().print(text.append("\u001b[J"));
        terminal.flush();
    }
}

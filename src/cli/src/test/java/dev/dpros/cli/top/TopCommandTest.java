package dev.dpros.cli.top;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.dpros.cli.Main;
import dev.dpros.metrics.dashboard.DashboardControls.Action;
import dev.dpros.metrics.dashboard.FakeNode;
import dev.dpros.metrics.dashboard.PageLink;
import dev.dpros.process.ExitCode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.ServerSocket;
import java.net.URI;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jline.utils.AttributedString;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import picocli.CommandLine;

@Tag("long")
@Timeout(60)
class TopCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int top(String... arguments) {
        CommandLine line = Main.commandLine();
        line.setOut(new PrintWriter(out, true));
        line.setErr(new PrintWriter(err, true));
        String[] all = new String[arguments.length + 1];
        all[0] = "top";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        return line.execute(all);
    }

    private static String url(FakeNode node) {
        return "http://127.0.0.1:" + node.port();
    }

    @Test
    void shouldShowWhatTheNodeSays() throws InterruptedException {
        try (FakeNode node = new FakeNode(0, 7)) {
            watch(node);
            node.freeze(true);
            assertEquals(0, top("--once", "--url", url(node)));
        }
        String shown = out.toString();
        assertTrue(shown.startsWith("DEGRADED  camera overhead frozen"), shown);
        assertTrue(shown.contains("nominal -> degraded  camera overhead frozen"), shown);
        assertTrue(shown.lines().anyMatch(line -> line.startsWith("overhead [observation.images.overhead]") && line.endsWith("frozen")), shown);
        assertTrue(shown.lines().anyMatch(line -> line.startsWith("denoising step")), shown);
        assertTrue(shown.lines().anyMatch(line -> line.matches(" +#[0-9]+ c+p*\\.*E+#+\\.*!? *\\|? +[0-9.]+ ms.*")), shown);
        assertTrue(shown.lines().allMatch(line -> line.length() <= 120), shown);
    }

    @Test
    void shouldPrintTheStateForPrograms() throws IOException, InterruptedException {
        try (FakeNode node = new FakeNode(0, 2)) {
            watch(node);
            assertEquals(0, top("--json", "-", "--url", url(node)));
        }
        JsonNode tree = new ObjectMapper().readTree(out.toString());
        assertEquals("nominal", tree.path("state").path("safety").path("state").asText());
        assertTrue(tree.path("latency").size() > 5);
    }

    @Test
    void shouldSayInOneLineThatNoNodeIsThere() throws IOException {
        int free;
        try (ServerSocket socket = new ServerSocket(0)) {
            free = socket.getLocalPort();
        }
        assertEquals(ExitCode.BAD_INPUT, top("--url", "http://127.0.0.1:" + free));
        assertTrue(err.toString().contains("expected a running node"), err.toString());
        assertEquals(1, err.toString().lines().count());
        assertEquals(ExitCode.BAD_INPUT, top("--url", "localhost:80"));
        assertEquals(2, err.toString().lines().count());
    }

    @Test
    void shouldActAndFindTheNodeAgainAfterItsRestart() throws InterruptedException {
        FakeNode first = new FakeNode(0, 2);
        int port = first.port();
        try (PageLink link = new PageLink(URI.create(url(first)), "")) {
            assertEquals("done", link.act("estop"));
            assertEquals(List.of(Action.ESTOP), first.acted());
            first.close();
            try (FakeNode second = new FakeNode(port, 2)) {
                await(() -> link.act("reset").equals("done"));
                assertEquals(List.of(Action.RESET), second.acted());
                long before = link.view().receivedNs();
                await(() -> link.view().receivedNs() > before);
            }
        }
    }

    @Test
    void shouldShowThatAStateIsOldAndCutLinesToTheScreen() throws InterruptedException {
        try (FakeNode node = new FakeNode(0, 2); PageLink link = new PageLink(URI.create(url(node)), "")) {
            await(() -> link.view().state() != null);
            List<AttributedString> lines = TopScreen.draw(link.view().state(), null, 5200, 60);
            assertTrue(lines.get(0).toString().startsWith("NO DATA  last heard 5 s ago"));
            assertTrue(lines.stream().allMatch(line -> line.columnLength() <= 60));
        }
    }

    /** Every word of a node with long names is there at any width, no line is longer, and nothing is cut. */
    @Test
    void shouldShowLongNamesInANarrowTerminalAndNoEscapeCodes() throws InterruptedException {
        try (FakeNode node = FakeNode.withLongNames(); PageLink link = new PageLink(URI.create(url(node)), "")) {
            await(() -> link.view().latency() != null && link.view().latency().size() > 5);
            for (int width : new int[] {40, 60, 80, 120, 200}) {
                List<AttributedString> lines = TopScreen.draw(link.view().state(), link.view().latency(), 0, width);
                assertTrue(lines.stream().allMatch(line -> line.columnLength() <= width), () -> width + ": " + String.join("\n", lines));
                String text = String.join("\n", lines).replaceAll("\\s+", "");
                link.view().state().path("sources").forEach(source -> {
                    assertTrue(text.contains(source.path("name").asText() + "[" + source.path("input").asText() + "]"), text);
                });
                assertTrue(text.contains("thirdhall7)"), "who dropped commands: " + text);
                assertTrue(lines.stream().anyMatch(line -> line.toString().matches(".* +[0-9.]+ +100( .*)?frozen")), String.join("\n", lines));
            }
            assertEquals(0, top("--once", "--url", url(node)));
        }
        assertEquals(-1, out.toString().indexOf(27), "no escape codes where no terminal is");
    }

    /** Looks until the node has measured something: this one does so only while somebody looks. */
    private static void watch(FakeNode node) throws InterruptedException {
        try (PageLink link = new PageLink(URI.create(url(node)), "")) {
            await(() -> link.view().latency() != null && link.view().latency().size() > 5);
        }
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        while (!condition.getAsBoolean()) {
            Thread.sleep(50);
        }
    }
}

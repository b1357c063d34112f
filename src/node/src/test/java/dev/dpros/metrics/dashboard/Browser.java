package dev.dpros.metrics.dashboard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;

/** Headless Chromium through chromedriver, by the W3C WebDriver protocol: the few commands that the tests need. */
public final class Browser implements AutoCloseable {
    private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
    private static final Path DRIVER = Path.of("/usr/bin/chromedriver");
    private static final List<String> FLAGS = List.of("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
            "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
            "--no-proxy-server", "--hide-scrollbars");

    /** Square of a distance in RGB that nobody sees. */
    private static final int SAME_COLOUR = 75;

    private final ObjectMapper json = new ObjectMapper();
    private final HttpClient http = HttpClient.newHttpClient();
    private final Process driver;
    private final int port;
    private final String session;

    /** Starts one with a window of this size, px. */
    public Browser(int width, int height) throws IOException, InterruptedException {
        driver = new ProcessBuilder(DRIVER.toString(), "--port=0").redirectErrorStream(true).start();
        port = readPort();
        Map<String, Object> options = Map.of("binary", CHROMIUM.toString(), "args", FLAGS);
        Map<String, Object> always = Map.of("browserName", "chrome", "goog:chromeOptions", options,
                "goog:loggingPrefs", Map.of("browser", "ALL"));
        session = call("POST", "/session", Map.of("capabilities", Map.of("alwaysMatch", always))).get("sessionId").asText();
        post("/window/rect", Map.of("width", width, "height", height));
    }

    /** Whether the machine has what it takes. */
    public static boolean installed() {
        return Files.isExecutable(CHROMIUM) && Files.isExecutable(DRIVER);
    }

    private int readPort() throws IOException {
        Pattern pattern = Pattern.compile("started successfully on port (\\d+)");
        while (true) {
            String line = driver.inputReader().readLine();
            if (line == null) {
                throw new IOException("chromedriver ended");
            }
            Matcher found = pattern.matcher(line);
            if (found.find()) {
                return Integer.parseInt(found.group(1));
            }
        }
    }

    private JsonNode call(String method, String path, Object body) throws IOException, InterruptedException {
        HttpRequest.BodyPublisher publisher = body == null ? HttpRequest.BodyPublishers.noBody()
                : HttpRequest.BodyPublishers.ofString(json.writeValueAsString(body));
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(40)).header("Content-Type", "application/json").method(method, publisher).build();
        HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
        JsonNode value = json.readTree(answer.body()).get("value");
        if (answer.statusCode() != 200) {
            throw new IOException(method + " " + path + ": " + value);
        }
        return value;
    }

    private JsonNode post(String path, Object body) throws IOException, InterruptedException {
        return call("POST", "/session/" + session + path, body);
    }

    /** Goes to an address. */
    public void open(String url) throws IOException, InterruptedException {
        post("/url", Map.of("url", url));
    }

    /** Runs JavaScript and returns its value. */
    public JsonNode script(String body) throws IOException, InterruptedException {
        return post("/execute/sync", Map.of("script", body, "args", List.of()));
    }

    /** Runs JavaScript, again and again, until it returns true; fails after 20 s. */
    public void await(String condition) throws IOException, InterruptedException {
        String poll = "const done = arguments[0]; const end = Date.now() + 20000;"
                + "(function look() { if (" + condition + ") done(true); else if (Date.now() > end) done(false);"
                + " else setTimeout(look, 50); })();";
        post("/timeouts", Map.of("script", 30_000));
        JsonNode met = post("/execute/async", Map.of("script", poll, "args", List.of()));
        if (!met.asBoolean()) {
            throw new AssertionError("never true: " + condition + "; page: " + script("return document.body.innerText"));
        }
    }

    /** Presses keys together, the first one longest. */
    public void press(String... keys) throws IOException, InterruptedException {
        List<Object> actions = new ArrayList<>();
        for (String key : keys) {
            actions.add(Map.of("type", "keyDown", "value", key));
        }
        for (int i = keys.length - 1; i >= 0; i--) {
            actions.add(Map.of("type", "keyUp", "value", keys[i]));
        }
        post("/actions", Map.of("actions", List.of(Map.of("type", "key", "id", "keys", "actions", actions))));
    }

    /**
     * Presses the mouse on an element, leads it round the middle in a circle for a time, and lets it go.
     *
     * @param radius in fractions of the element's height
     */
    public void dragRound(String selector, double radius, int ms) throws IOException, InterruptedException {
        JsonNode box = script("const b = document.querySelector('" + selector + "').getBoundingClientRect();"
                + " return [b.left + b.width / 2, b.top + b.height / 2, b.height * " + radius + "]");
        List<Object> actions = new ArrayList<>();
        int steps = ms / 50;
        for (int i = 0; i <= steps; i++) {
            double angle = 2 * Math.PI * i / steps;
            actions.add(Map.of("type", "pointerMove", "duration", i == 0 ? 0 : 50, "origin", "viewport",
                    "x", Math.round(box.get(0).asDouble() + box.get(2).asDouble() * Math.cos(angle)),
                    "y", Math.round(box.get(1).asDouble() + box.get(2).asDouble() * Math.sin(angle))));
            if (i == 0) {
                actions.add(Map.of("type", "pointerDown", "button", 0));
            }
        }
        actions.add(Map.of("type", "pointerUp", "button", 0));
        post("/actions", Map.of("actions", List.of(Map.of("type", "pointer", "id", "mouse",
                "parameters", Map.of("pointerType", "mouse"), "actions", actions))));
    }

    /** Errors on the page's console. */
    public List<String> errors() throws IOException, InterruptedException {
        List<String> errors = new ArrayList<>();
        for (JsonNode entry : post("/se/log", Map.of("type", "browser"))) {
            if (entry.get("level").asText().equals("SEVERE")) {
                errors.add(entry.get("message").asText());
            }
        }
        return errors;
    }

    /** Makes the page's window this large, px; smaller than a window of the screen can be, if need be. */
    public void viewport(int width, int height) throws IOException, InterruptedException {
        post("/goog/cdp/execute", Map.of("cmd", "Emulation.setDeviceMetricsOverride",
                "params", Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false)));
    }

    /** Writes a PNG of the window. */
    public void screenshot(Path file) throws IOException, InterruptedException {
        Files.write(file, picture());
    }

    /** Writes a PNG of the window with a palette of the 256 commonest of its colours that differ: a third of the size. */
    public void smallScreenshot(Path file) throws IOException, InterruptedException {
        BufferedImage image = ImageIO.read(new ByteArrayInputStream(picture()));
        int[] pixels = image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
        Map<Integer, Long> counts = Arrays.stream(pixels).boxed().collect(Collectors.groupingBy(pixel -> pixel, Collectors.counting()));
        List<Integer> chosen = new ArrayList<>();
        counts.entrySet().stream().sorted(Map.Entry.<Integer, Long>comparingByValue().reversed()).map(Map.Entry::getKey).forEach(pixel -> {
            if (chosen.size() < 256 && chosen.stream().allMatch(known -> distance(known, pixel) > SAME_COLOUR)) {
                chosen.add(pixel);
            }
        });
        int[] palette = chosen.stream().mapToInt(Integer::intValue).toArray();
        Map<Integer, Integer> nearest = new HashMap<>();
        counts.keySet().forEach(pixel -> nearest.put(pixel, IntStream.range(0, palette.length).boxed()
                .min(Comparator.comparingInt(i -> distance(palette[i], pixel))).orElseThrow()));
        BufferedImage small = new BufferedImage(image.getWidth(), image.getHeight(), BufferedImage.TYPE_BYTE_INDEXED,
                new IndexColorModel(8, palette.length, palette, 0, false, -1, DataBuffer.TYPE_BYTE));
        for (int i = 0; i < pixels.length; i++) {
            small.getRaster().setSample(i % image.getWidth(), i / image.getWidth(), 0, nearest.get(pixels[i]));
        }
        ImageIO.write(small, "png", file.toFile());
    }

    private static int distance(int a, int b) {
        int sum = 0;
        for (int shift = 0; shift < 24; shift += 8) {
            int difference = (a >> shift & 255) - (b >> shift & 255);
            sum += difference * difference;
        }
        return sum;
    }

    private byte[] picture() throws IOException, InterruptedException {
        return Base64.getDecoder().decode(call("GET", "/session/" + session + "/screenshot", null).asText());
    }

    @Override
    public void close() throws IOException, InterruptedException {
        try {
            call("DELETE", "/session/" + session, null);
        } finally {
            driver.destroy();
            driver.waitFor(5, TimeUnit.SECONDS);
        }
    }
}

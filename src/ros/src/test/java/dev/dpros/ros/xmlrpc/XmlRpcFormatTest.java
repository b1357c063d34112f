package dev.dpros.ros.xmlrpc;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class XmlRpcFormatTest {
    @Test
    void shouldReadUntaggedValuesAsStringsWithTheirSpaces() throws Exception {
        assertEquals(List.of(" a b ", "", "x"), params("<value> a b </value>", "<value></value>", "<value>x</value>"));
        assertEquals(List.of(""), params("<value/>"));
    }

    @Test
    void shouldReadBothSpellingsOfIntegers() throws Exception {
        assertEquals(List.of(5, -6, 7), params("<value><i4>5</i4></value>", "<value><int>-6</int></value>",
                "<value>\n <int> 7 </int>\n</value>"));
    }

    @Test
    void shouldReadBase64BrokenIntoLines() throws Exception {
        assertArrayEquals("hello robot".getBytes(StandardCharsets.US_ASCII),
                (byte[]) params("<value><base64>\naGVsbG8g\ncm9ib3Q=\n</base64></value>").get(0));
    }

    @Test
    void shouldReadSpecialDoublesInEverySpelling() throws Exception {
        assertEquals(List.of(Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY), params(
                "<value><double>nan</double></value>", "<value><double>inf</double></value>",
                "<value><double>-Infinity</double></value>"));
    }

    @Test
    void shouldReadNilAsNull() throws Exception {
        assertEquals(Arrays.asList((Object) null), params("<value><nil/></value>"));
    }

    @Test
    void shouldAcceptCallsWithoutParams() throws Exception {
        assertEquals(List.of(), XmlRpcReader.readCall(bytes("<methodCall><methodName> m </methodName></methodCall>")).params());
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", "x", "<a/>", "<methodCall>", "<methodCall><methodName>m", "<methodCall/>",
        "<methodCall><methodName>m</methodName><params><param/></params></methodCall>",
        "<methodCall><methodName>m</methodName><params><param><value><int>x</int></value></param></params></methodCall>",
        "<methodCall><methodName>m</methodName><params><param><value><int>99999999999</int></value></param></params></methodCall>",
        "<methodCall><methodName>m</methodName><params><param><value><boolean>2</boolean></value></param></params></methodCall>",
        "<methodCall><methodName>m</methodName><params><param><value><base64>?</base64></value></param></params></methodCall>",
        "<methodCall><methodName>m</methodName><params><param><value><odd>1</odd></value></param></params></methodCall>",
        "<methodCall><methodName>m</methodName><params><param><value><int>1</int><int>2</int></value></param></params></methodCall>",
        "<methodCall><methodName>m</methodName><params><param><value>&undefined;</value></param></params></methodCall>"})
    void shouldRefuseAnythingElse(String document) {
        assertThrows(XmlRpcFormatException.class, () -> XmlRpcReader.readCall(bytes(document)));
    }

    @Test
    void shouldRefuseDocumentTypesAndEntities() {
        String call = "<methodCall><methodName>m</methodName><params><param><value>&e;</value></param></params></methodCall>";
        for (String declaration : List.of(
                "<!DOCTYPE r [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>",
                "<!DOCTYPE r [<!ENTITY e 'text'>]>",
                "<!DOCTYPE r SYSTEM 'http://127.0.0.1:1/x.dtd'>")) {
            assertThrows(XmlRpcFormatException.class, () -> XmlRpcReader.readCall(bytes(declaration + call)), declaration);
        }
        assertThrows(XmlRpcFormatException.class, () -> XmlRpcReader.readCall(bytes(
                "<!DOCTYPE r []><methodCall><methodName>m</methodName></methodCall>")));
    }

    @Test
    void shouldRefuseExtremeNesting() {
        String deep = "<value><array><data>".repeat(100_000);
        assertThrows(XmlRpcFormatException.class, () -> params(deep));
    }

    @Test
    void shouldRefuseToWriteWhatXmlCannotCarry() {
        assertThrows(IllegalArgumentException.class, () -> XmlRpcWriter.response("bell \u0007"));
        assertThrows(IllegalArgumentException.class, () -> XmlRpcWriter.response("\uD800"));
        assertThrows(IllegalArgumentException.class, () -> XmlRpcWriter.response(null));
        assertThrows(IllegalArgumentException.class, () -> XmlRpcWriter.response(5L));
        assertTrue(new String(XmlRpcWriter.fault(1, "bell \u0007"), StandardCharsets.UTF_8).contains("bell ?"));
    }

    @Test
    void shouldAnswerEveryMutatedRequestWithoutThrowing() throws Exception {
        XmlRpcDispatcher dispatcher = new XmlRpcDispatcher((method, params) -> params);
        byte[] good = XmlRpcWriter.call("setParam", List.of("/node", "~key",
                Map.of("a", List.of(1, 2.5, true, "text & more", new byte[] {1, 2, 3}), "b", Map.of())));
        Random random = new Random(20);
        for (int round = 0; round < 10_000 * Integer.getInteger("dpros.fuzz", 1); round++) {
            byte[] answer = dispatcher.answer(mutated(good, random));
            assertTrue(new String(answer, StandardCharsets.UTF_8).contains("<methodResponse>"));
        }
    }

    private static byte[] mutated(byte[] good, Random random) {
        byte[] bad = Arrays.copyOf(good, random.nextInt(4) == 0 ? random.nextInt(good.length) : good.length);
        for (int i = random.nextInt(4); i >= 0 && bad.length > 0; i--) {
            int at = random.nextInt(bad.length);
            switch (random.nextInt(3)) {
                case 0 -> bad[at] = (byte) random.nextInt(256);
                case 1 -> bad[at] = good[random.nextInt(good.length)];
                default -> {
                    int from = random.nextInt(good.length);
                    System.arraycopy(good, from, bad, at, Math.min(good.length - from, bad.length - at));
                }
            }
        }
        return bad;
    }

    private static List<Object> params(String... values) throws XmlRpcFormatException {
        StringBuilder call = new StringBuilder("<?xml version='1.0'?><methodCall><methodName>m</methodName><params>");
        for (String value : values) {
            call.append("<param>").append(value).append("</param>");
        }
        return XmlRpcReader.readCall(bytes(call.append("</params></methodCall>").toString())).params();
    }

    private static byte[] bytes(String document) {
        return document.getBytes(StandardCharsets.UTF_8);
    }
}

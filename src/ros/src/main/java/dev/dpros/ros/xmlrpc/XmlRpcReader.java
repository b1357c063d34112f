package dev.dpros.ros.xmlrpc;

import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.jspecify.annotations.Nullable;

/**
 * Reads one methodCall or methodResponse. DTDs and entities are refused, nesting is bounded; the size is bounded by the
 * caller, who holds the whole body. An instance reads one document and belongs to one thread.
 */
final class XmlRpcReader {
    /** Deepest nesting of arrays and structs. */
    static final int MAX_DEPTH = 100;

    static final DateTimeFormatter DATE_TIME = DateTimeFormatter.ofPattern("uuuuMMdd'T'HH:mm:ss");

    private static final Pattern WHITE_SPACE = Pattern.compile("\\s+");
    private static final XMLInputFactory FACTORY = safeFactory();

    private final XMLStreamReader xml;

    private XmlRpcReader(XMLStreamReader xml) {
        this.xml = xml;
    }

    /** A method name with its parameters. */
    record Call(String method, List<Object> params) { }

    private interface Parse<T> {
        @Nullable T from(XmlRpcReader reader) throws XMLStreamException, XmlRpcFormatException;
    }

    /**
     * Reads a methodCall.
     *
     * @throws XmlRpcFormatException when the body is anything else
     */
    static Call readCall(byte[] body) throws XmlRpcFormatException {
        return Objects.requireNonNull(read(body, XmlRpcReader::call));
    }

    /**
     * Reads a methodResponse.
     *
     * @throws XmlRpcFaultException when it holds a fault
     * @throws XmlRpcFormatException when the body is anything else
     */
    static @Nullable Object readResponse(byte[] body) throws XmlRpcFormatException, XmlRpcFaultException {
        Object value = read(body, XmlRpcReader::response);
        if (value instanceof XmlRpcFaultException fault) {
            throw fault;
        }
        return value;
    }

    private static XMLInputFactory safeFactory() {
        XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setProperty(XMLInputFactory.IS_COALESCING, true);
        factory.setProperty(XMLInputFactory.IS_NAMESPACE_AWARE, false);
        return factory;
    }

    private static <T> @Nullable T read(byte[] body, Parse<T> parse) throws XmlRpcFormatException {
        try {
            // Decoded here, strictly, since the JDK's parser reports bad bytes on stderr. ROS peers send UTF-8 only.
            String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString();
            XMLStreamReader xml;
            synchronized (FACTORY) { // creating readers is not thread-safe, using them is
                xml = FACTORY.createXMLStreamReader(new StringReader(text));
            }
            try {
                return parse.from(new XmlRpcReader(xml));
            } finally {
                xml.close();
            }
        } catch (CharacterCodingException e) {
            throw new XmlRpcFormatException("not UTF-8 text", e);
        } catch (XMLStreamException | RuntimeException e) { // the JDK's parser throws both for malformed input
            throw new XmlRpcFormatException("not well-formed XML: " + firstLine(e), e);
        }
    }

    private static String firstLine(Exception e) {
        return WHITE_SPACE.matcher(String.valueOf(e.getMessage())).replaceAll(" ");
    }

    private Call call() throws XMLStreamException, XmlRpcFormatException {
        expectStart("methodCall");
        expectStart("methodName");
        String method = text().strip();
        List<Object> params = new ArrayList<>(4);
        if (nextTag() == XMLStreamConstants.START_ELEMENT) {
            requireName("params");
            while (nextTag() == XMLStreamConstants.START_ELEMENT) {
                requireName("param");
                params.add(enclosedValue());
            }
        }
        return new Call(method, params);
    }

    private @Nullable Object response() throws XMLStreamException, XmlRpcFormatException {
        expectStart("methodResponse");
        requireStart(nextTag());
        if (xml.getLocalName().equals("fault")) {
            return fault(enclosedValue());
        }
        requireName("params");
        expectStart("param");
        return enclosedValue();
    }

    private static XmlRpcFaultException fault(@Nullable Object value) throws XmlRpcFormatException {
        if (value instanceof Map<?, ?> struct && struct.get("faultCode") instanceof Integer code) {
            return new XmlRpcFaultException(code, String.valueOf(struct.get("faultString")));
        }
        throw new XmlRpcFormatException("fault without faultCode");
    }

    /** From just after the start tag of a parent to just after its end tag; the parent holds exactly one value. */
    private @Nullable Object enclosedValue() throws XMLStreamException, XmlRpcFormatException {
        expectStart("value");
        Object value = value(0);
        if (nextTag() != XMLStreamConstants.END_ELEMENT) {
            throw new XmlRpcFormatException("unexpected <" + xml.getLocalName() + "> after a value");
        }
        return value;
    }

    /** From just after {@code <value>} to just after {@code </value>}. */
    private @Nullable Object value(int depth) throws XMLStreamException, XmlRpcFormatException {
        if (depth > MAX_DEPTH) {
            throw new XmlRpcFormatException("nested deeper than " + MAX_DEPTH + " levels");
        }
        StringBuilder text = new StringBuilder();
        int event = nextCollecting(text);
        if (event == XMLStreamConstants.END_ELEMENT) {
            return text.toString(); // no type tag: a string, as roscpp sends it
        }
        if (!text.toString().isBlank()) {
            throw new XmlRpcFormatException("text beside <" + xml.getLocalName() + "> in a value");
        }
        Object value = typed(xml.getLocalName(), depth);
        if (nextTag() != XMLStreamConstants.END_ELEMENT) {
            throw new XmlRpcFormatException("two types in one value");
        }
        return value;
    }

    private @Nullable Object typed(String type, int depth) throws XMLStreamException, XmlRpcFormatException {
        if (type.equals("struct")) {
            return struct(depth);
        }
        if (type.equals("array")) {
            return array(depth);
        }
        String text = text();
        try {
            return switch (type) {
                case "string" -> text;
                case "int", "i4", "i8", "i2", "i1" -> Integer.valueOf(text.strip());
                case "boolean" -> bool(text.strip());
                case "double", "float" -> real(text.strip());
                case "base64" -> Base64.getDecoder().decode(WHITE_SPACE.matcher(text).replaceAll(""));
                case "dateTime.iso8601" -> LocalDateTime.parse(text.strip(), DATE_TIME);
                case "nil" -> null;
                default -> throw new XmlRpcFormatException("unknown type <" + type + ">");
            };
        } catch (IllegalArgumentException | DateTimeParseException e) {
            throw new XmlRpcFormatException("bad <" + type + ">: " + abbreviated(text), e);
        }
    }

    private static String abbreviated(String text) {
        return text.length() > 40 ? text.substring(0, 40) + "..." : text;
    }

    private static Boolean bool(String text) {
        return switch (text) {
            case "1" -> Boolean.TRUE;
            case "0" -> Boolean.FALSE;
            default -> throw new IllegalArgumentException("boolean must be 0 or 1");
        };
    }

    private static Double real(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "nan", "+nan", "-nan" -> Double.NaN;
            case "inf", "+inf", "infinity", "+infinity" -> Double.POSITIVE_INFINITY;
            case "-inf", "-infinity" -> Double.NEGATIVE_INFINITY;
            default -> Double.valueOf(text);
        };
    }

    private Map<String, Object> struct(int depth) throws XMLStreamException, XmlRpcFormatException {
        Map<String, Object> members = new LinkedHashMap<>();
        while (nextTag() == XMLStreamConstants.START_ELEMENT) {
            requireName("member");
            expectStart("name");
            String name = text();
            expectStart("value");
            members.put(name, value(depth + 1));
            if (nextTag() != XMLStreamConstants.END_ELEMENT) {
                throw new XmlRpcFormatException("a member holds one name and one value");
            }
        }
        return members;
    }

    private List<Object> array(int depth) throws XMLStreamException, XmlRpcFormatException {
        List<Object> elements = new ArrayList<>();
        expectStart("data");
        while (nextTag() == XMLStreamConstants.START_ELEMENT) {
            requireName("value");
            elements.add(value(depth + 1));
        }
        if (nextTag() != XMLStreamConstants.END_ELEMENT) {
            throw new XmlRpcFormatException("an array holds one <data>");
        }
        return elements;
    }

    /** Text of the current element, which holds no other; ends just after its end tag. */
    private String text() throws XMLStreamException, XmlRpcFormatException {
        StringBuilder text = new StringBuilder();
        if (nextCollecting(text) != XMLStreamConstants.END_ELEMENT) {
            throw new XmlRpcFormatException("unexpected <" + xml.getLocalName() + "> inside text");
        }
        return text.toString();
    }

    private void expectStart(String name) throws XMLStreamException, XmlRpcFormatException {
        requireStart(nextTag());
        requireName(name);
    }

    private static void requireStart(int event) throws XmlRpcFormatException {
        if (event != XMLStreamConstants.START_ELEMENT) {
            throw new XmlRpcFormatException("element missing");
        }
    }

    private void requireName(String name) throws XmlRpcFormatException {
        if (!xml.getLocalName().equals(name)) {
            throw new XmlRpcFormatException("expected <" + name + ">, found <" + xml.getLocalName() + ">");
        }
    }

    /** Next start or end tag; anything but white space between is refused. */
    private int nextTag() throws XMLStreamException, XmlRpcFormatException {
        StringBuilder text = new StringBuilder();
        int event = nextCollecting(text);
        if (!text.toString().isBlank()) {
            throw new XmlRpcFormatException("unexpected text: " + abbreviated(text.toString().strip()));
        }
        return event;
    }

    private int nextCollecting(StringBuilder text) throws XMLStreamException, XmlRpcFormatException {
        while (true) {
            int event = xml.next();
            switch (event) {
                case XMLStreamConstants.START_ELEMENT, XMLStreamConstants.END_ELEMENT -> {
                    return event;
                }
                case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA, XMLStreamConstants.SPACE ->
                        text.append(xml.getText());
                case XMLStreamConstants.COMMENT, XMLStreamConstants.PROCESSING_INSTRUCTION -> { }
                default -> throw new XmlRpcFormatException("document types, entities and truncation are refused");
            }
        }
    }
}

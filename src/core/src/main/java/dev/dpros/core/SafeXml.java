package dev.dpros.core;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.xml.sax.SAXException;

/** Reads XML that others wrote: bounded in size, depth and attributes, without DTDs, entities of files or includes. Stateless. */
public final class SafeXml {
    /** Longest document. */
    public static final int LARGEST_BYTES = 4 << 20;
    private static final int DEEPEST = 64;
    private static final int MOST_ATTRIBUTES = 200;
    private static final String LIMIT = "http://www.oracle.com/xml/jaxp/properties/";

    private SafeXml() {}

    /**
     * The root element.
     *
     * @param where the document's name, for messages
     * @param what it should be, for messages, such as {@code URDF}
     * @throws InputException if it is too large, or not XML as it is allowed here
     */
    public static Element root(byte[] xml, String where, String what) {
        if (xml.length > LARGEST_BYTES) {
            throw InputException.of(where, "size", "at most " + LARGEST_BYTES + " bytes", xml.length + " bytes", "");
        }
        try {
            DocumentBuilderFactory factory = DocumentBuilderFactory.newDefaultInstance();
            factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
            factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            factory.setXIncludeAware(false);
            factory.setExpandEntityReferences(false);
            factory.setAttribute(LIMIT + "maxElementDepth", DEEPEST);
            factory.setAttribute(LIMIT + "elementAttributeLimit", MOST_ATTRIBUTES);
            DocumentBuilder builder = factory.newDocumentBuilder();
            builder.setErrorHandler(null);
            return builder.parse(new ByteArrayInputStream(xml)).getDocumentElement();
        } catch (SAXException e) {
            throw new InputException(where + ": not a readable " + what + ": " + String.valueOf(e.getMessage()).lines().findFirst().orElse(""), e);
        } catch (IOException | ParserConfigurationException e) {
            throw new IllegalStateException(e);
        }
    }
}

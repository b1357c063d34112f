package dev.dpros.ros.xmlrpc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class XmlRpcRoundTripPropertyTest {
    @Property(tries = 500)
    void shouldRoundTripAnyValue(@ForAll("values") Object value) throws Exception {
        assertEquals(value, XmlRpcReader.readResponse(XmlRpcWriter.response(value)));
        assertEquals(List.of(value), XmlRpcReader.readCall(XmlRpcWriter.call("m", List.of(value))).params());
    }

    @Provide
    Arbitrary<Object> values() {
        Arbitrary<String> text = Arbitraries.strings().withChars("ab/~_<&>\"' \t\n\ré漢").ofMaxLength(12);
        Arbitrary<Object> leaf = Arbitraries.oneOf(Arbitraries.integers().map(i -> (Object) i), text.map(s -> (Object) s),
                Arbitraries.doubles().map(d -> (Object) d), Arbitraries.of(true, false).map(b -> (Object) b));
        return Arbitraries.recursive(() -> leaf, inner -> Arbitraries.oneOf(
                inner.list().ofMaxSize(4).map(l -> (Object) l),
                Arbitraries.maps(text, inner).ofMaxSize(4).map(m -> (Object) m)), 0, 4);
    }
}

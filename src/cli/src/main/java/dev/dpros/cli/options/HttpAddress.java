package dev.dpros.cli.options;

import java.net.URI;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The address of a node's live page on the command line, checked while the arguments are read. Stateless. */
public final class HttpAddress implements ITypeConverter<URI> {
    @Override
    public URI convert(String text) {
        try {
            URI uri = URI.create(text);
            if (("http".equals(uri.getScheme()) || "https".equals(uri.getScheme())) && uri.getHost() != null) {
                return uri;
            }
        } catch (IllegalArgumentException e) { // told below
        }
        throw new TypeConversionException("expected http://HOST:PORT, found " + text);
    }
}

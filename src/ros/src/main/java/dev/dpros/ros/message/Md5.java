package dev.dpros.ros.message;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** The md5 of a message type: constants first, then fields, nested types by their own md5 (genmsg, gentools.py). */
final class Md5 {
    private Md5() {}

    /** The text that is summed. */
    static String text(List<MessageSchema.Field> fields, List<MessageSchema.Constant> constants) {
        StringBuilder text = new StringBuilder();
        for (MessageSchema.Constant constant : constants) {
            text.append(constant.type().rosName()).append(' ').append(constant.name()).append('=')
                    .append(constant.text()).append('\n');
        }
        for (MessageSchema.Field field : fields) {
            FieldType type = field.type();
            text.append(type.primitive() != null ? type.text() : type.message().md5())
                    .append(' ').append(field.name()).append('\n');
        }
        return text.toString().strip();
    }

    /** Lower-case hexadecimal md5 of UTF-8 texts, one after the other. */
    static String of(String... texts) {
        try {
            MessageDigest digest = MessageDigest.getInstance("MD5");
            for (String text : texts) {
                digest.update(text.getBytes(StandardCharsets.UTF_8));
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has MD5", e);
        }
    }
}

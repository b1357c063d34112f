package dev.dpros.ros.node;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import dev.dpros.core.InputException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.slf4j.LoggerFactory;

/** The handlers of {@code ~get_loggers} and {@code ~set_logger_level}. Any thread. */
final class LoggerServices {
    private static final List<String> LEVELS = List.of("debug", "info", "warn", "error", "fatal");

    private LoggerServices() {}

    /** Response of roscpp/GetLoggers. */
    static Map<String, Object> list(Map<String, Object> request) {
        List<Object> loggers = new ArrayList<>();
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            for (Logger logger : context.getLoggerList()) {
                loggers.add(Map.of("name", logger.getName(),
                        "level", logger.getEffectiveLevel().toString().toLowerCase(Locale.ROOT)));
            }
        }
        return Map.of("loggers", loggers);
    }

    /** Handles roscpp/SetLoggerLevel. @throws InputException for an unknown level */
    static Map<String, Object> set(Map<String, Object> request) {
        String name = String.valueOf(request.get("logger"));
        String wanted = String.valueOf(request.get("level")).toLowerCase(Locale.ROOT).replace("warning", "warn");
        if (!LEVELS.contains(wanted)) {
            throw InputException.of("set_logger_level", "level", String.join(", ", LEVELS), "'" + wanted + "'", "");
        }
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            Logger logger = context.getLogger(name.isEmpty() ? org.slf4j.Logger.ROOT_LOGGER_NAME : name);
            logger.setLevel(Level.toLevel(wanted.replace("fatal", "error")));
        }
        return Map.of();
    }
}

package dev.dpros.process;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.dpros.core.Transport.LogLine;
import dev.dpros.core.Transport.Severity;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Passes on what the program logs through SLF4J, until it is closed: to a robot's own log, say. */
public final class LogBridge implements AutoCloseable {
    private final LoggerContext context;
    private final AppenderBase<ILoggingEvent> appender;

    /** Begins. Where Logback is not what logs, nothing is passed on. @param to hears of each line on the thread that logs it */
    public LogBridge(Consumer<LogLine> to) {
        context = LoggerFactory.getILoggerFactory() instanceof LoggerContext logback ? logback : null;
        appender = new AppenderBase<>() {
            @Override
            protected void append(ILoggingEvent event) {
                String name = event.getLoggerName();
                to.accept(new LogLine(severity(event.getLevel()), event.getFormattedMessage(),
                        name.substring(name.lastIndexOf('.') + 1), event.getThreadName()));
            }
        };
        if (context != null) {
            appender.setContext(context);
            appender.setName("transport");
            appender.start();
            context.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(appender);
        }
    }

    private static Severity severity(Level level) {
        if (level.isGreaterOrEqual(Level.ERROR)) {
            return Severity.ERROR;
        }
        if (level.isGreaterOrEqual(Level.WARN)) {
            return Severity.WARN;
        }
        return level.isGreaterOrEqual(Level.INFO) ? Severity.INFO : Severity.DEBUG;
    }

    @Override
    public void close() {
        if (context != null) {
            context.getLogger(Logger.ROOT_LOGGER_NAME).detachAppender(appender);
            appender.stop();
        }
    }
}

package dev.dpros.ros2.node;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends what the program logs to {@code /rosout}. */
final class Ros2LogAppender extends AppenderBase<ILoggingEvent> {
    private final Ros2Log log;

    private Ros2LogAppender(Ros2Log log) {
        this.log = log;
    }

    /** Attaches to the root logger if Logback is the logging backend, else returns null. */
    static Ros2LogAppender attach(Ros2Log log) {
        if (!(LoggerFactory.getILoggerFactory() instanceof LoggerContext context)) {
            return null;
        }
        Ros2LogAppender appender = new Ros2LogAppender(log);
        appender.setContext(context);
        appender.setName("rosout2");
        appender.start();
        context.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(appender);
        return appender;
    }

    void detach() {
        if (getContext() instanceof LoggerContext context) {
            context.getLogger(Logger.ROOT_LOGGER_NAME).detachAppender(this);
        }
        stop();
    }

    @Override
    protected void append(ILoggingEvent event) {
        String name = event.getLoggerName();
        log.log(level(event.getLevel()), event.getFormattedMessage(), name.substring(name.lastIndexOf('.') + 1), event.getThreadName());
    }

    private static int level(Level level) {
        if (level.isGreaterOrEqual(Level.ERROR)) {
            return Ros2Log.ERROR;
        }
        if (level.isGreaterOrEqual(Level.WARN)) {
            return Ros2Log.WARN;
        }
        return level.isGreaterOrEqual(Level.INFO) ? Ros2Log.INFO : Ros2Log.DEBUG;
    }
}

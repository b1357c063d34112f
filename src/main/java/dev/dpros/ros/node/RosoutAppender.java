package dev.dpros.ros.node;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** Sends what the program logs to {@code /rosout}, and offers its loggers to get_loggers and set_logger_level. */
final class RosoutAppender extends AppenderBase<ILoggingEvent> {
    static final int DEBUG = 1;
    static final int INFO = 2;
    static final int WARN = 4;
    static final int ERROR = 8;

    private final Rosout rosout;

    private RosoutAppender(Rosout rosout) {
        this.rosout = rosout;
    }

    /** Attaches to the root logger if Logback is the logging backend, else returns null. */
    static @Nullable RosoutAppender attach(Rosout rosout) {
        if (!(LoggerFactory.getILoggerFactory() instanceof LoggerContext context)) {
            return null;
        }
        RosoutAppender appender = new RosoutAppender(rosout);
        appender.setContext(context);
        appender.setName("rosout");
        appender.start();
        context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).addAppender(appender);
        return appender;
    }

    void detach() {
        if (getContext() instanceof LoggerContext context) {
            context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).detachAppender(this);
        }
        stop();
    }

    @Override
    protected void append(ILoggingEvent event) {
        String name = event.getLoggerName();
        String simple = name.substring(name.lastIndexOf('.') + 1);
        rosout.log(level(event.getLevel()), event.getFormattedMessage(),
                new Rosout.Where(simple, event.getThreadName(), 0));
    }

    private static int level(Level level) {
        if (level.isGreaterOrEqual(Level.ERROR)) {
            return ERROR;
        }
        if (level.isGreaterOrEqual(Level.WARN)) {
            return WARN;
        }
        return level.isGreaterOrEqual(Level.INFO) ? INFO : DEBUG;
    }
}

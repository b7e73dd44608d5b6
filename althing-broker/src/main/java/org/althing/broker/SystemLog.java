package org.althing.broker;

/** The log of the platform. */
enum SystemLog implements BrokerLog {
    INSTANCE;

    private static final System.Logger LOGGER = System.getLogger("org.althing.broker");

    @Override
    public void log(Level level, String line) {
        LOGGER.log(platform(level), line);
    }

    @Override
    public boolean logs(Level level) {
        return LOGGER.isLoggable(platform(level));
    }

    private static System.Logger.Level platform(Level level) {
        return switch (level) {
            case ERROR -> System.Logger.Level.ERROR;
            case WARNING -> System.Logger.Level.WARNING;
            case NOTICE, INFORMATION -> System.Logger.Level.INFO;
            case DEBUG, SUBSCRIBE, UNSUBSCRIBE -> System.Logger.Level.DEBUG;
        };
    }
}

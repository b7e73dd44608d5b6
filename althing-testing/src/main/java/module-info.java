/** Support for tests; never published. */
module org.althing.testing {
    requires static org.jspecify;
    requires org.junit.jupiter.api;

    exports org.althing.testing;
}

/** Support for tests; never published. */
module org.althing.testing {
    requires static org.jspecify;

    exports org.althing.testing;
}

/** Tests only. */
module org.althing.simulation {
    requires static org.jspecify;
}

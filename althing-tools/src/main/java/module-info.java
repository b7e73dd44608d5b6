/** The commands pub and sub. */
module org.althing.tools {
    requires static org.jspecify;
    requires org.althing.client;
}

/** The programs. */
module org.althing.server {
    requires static org.jspecify;
    requires org.althing.broker;
}

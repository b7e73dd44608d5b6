/** Small programs on the client library, for servers that check every byte. Stands on what the client exports. */
module org.althing.scenarios {
    requires static org.jspecify;
    requires org.althing.client;
}

/** One person, one vote. */
module org.althing.vote {
    requires static org.jspecify;
    requires org.althing.journal;
}

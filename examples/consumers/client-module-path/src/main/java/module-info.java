/** Hears what it says itself: {@code java -p target/classes:target/lib -m hello/hello.Hello PORT}. */
module hello {
    requires org.althing.client;
}

/** A broker inside a program: {@code java -p target/classes:target/lib -m embedded/embedded.Embedded FOLDER}. */
module embedded {
    requires org.althing.broker;
    requires org.althing.client;
}

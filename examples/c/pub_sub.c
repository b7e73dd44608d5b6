/* Subscribes, publishes one message to itself, prints it, ends. With libmosquitto (Debian: libmosquitto-dev).
 * cc pub_sub.c -o pub_sub -lmosquitto && ./pub_sub [HOST [PORT]] */
#include <mosquitto.h>
#include <stdio.h>
#include <stdlib.h>

static void on_connect(struct mosquitto *client, void *user, int rc) {
    (void)user;
    if (rc == 0)
        mosquitto_subscribe(client, NULL, "hello", 1);
}

static void on_subscribe(struct mosquitto *client, void *user, int mid, int count, const int *granted) {
    (void)user, (void)mid, (void)count, (void)granted;
    mosquitto_publish(client, NULL, "hello", 10, "salut de C", 1, false);
}

static void on_message(struct mosquitto *client, void *user, const struct mosquitto_message *message) {
    (void)user;
    printf("%s %.*s\n", message->topic, message->payloadlen, (char *)message->payload);
    mosquitto_disconnect(client);
}

int main(int argc, char **argv) {
    mosquitto_lib_init();
    struct mosquitto *client = mosquitto_new(NULL, true, NULL);
    mosquitto_connect_callback_set(client, on_connect);
    mosquitto_subscribe_callback_set(client, on_subscribe);
    mosquitto_message_callback_set(client, on_message);
    int rc = mosquitto_connect(client, argc > 1 ? argv[1] : "localhost", argc > 2 ? atoi(argv[2]) : 1883, 60);
    if (rc == MOSQ_ERR_SUCCESS)
        rc = mosquitto_loop_forever(client, -1, 1);
    if (rc != MOSQ_ERR_SUCCESS)
        fprintf(stderr, "%s\n", mosquitto_strerror(rc));
    mosquitto_destroy(client);
    mosquitto_lib_cleanup();
    return rc != MOSQ_ERR_SUCCESS;
}

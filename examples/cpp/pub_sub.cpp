// Subscribes, publishes one message to itself, prints it, ends. With libmosquittopp (Debian: libmosquittopp-dev).
// c++ pub_sub.cpp -o pub_sub -lmosquittopp && ./pub_sub [HOST [PORT]]
#include <mosquittopp.h>

#include <cstdlib>
#include <iostream>
#include <string>

class Salut : public mosqpp::mosquittopp {
    void on_connect(int rc) override {
        if (rc == 0)
            subscribe(nullptr, "hello", 1);
    }

    void on_subscribe(int, int, const int *) override {
        const std::string text = "salut de C++";
        publish(nullptr, "hello", static_cast<int>(text.size()), text.data(), 1);
    }

    void on_message(const mosquitto_message *message) override {
        std::cout << message->topic << ' '
                  << std::string(static_cast<char *>(message->payload), message->payloadlen) << std::endl;
        disconnect();
    }
};

int main(int argc, char **argv) {
    mosqpp::lib_init();
    int rc;
    {
        Salut client;
        rc = client.connect(argc > 1 ? argv[1] : "localhost", argc > 2 ? std::atoi(argv[2]) : 1883, 60);
        if (rc == MOSQ_ERR_SUCCESS)
            rc = client.loop_forever();
    }
    if (rc != MOSQ_ERR_SUCCESS)
        std::cerr << mosqpp::strerror(rc) << std::endl;
    mosqpp::lib_cleanup();
    return rc != MOSQ_ERR_SUCCESS;
}

# Subscribes, publishes one message to itself, prints it, ends. Debian: python3-paho-mqtt.
# Run it as: python3 pub_sub.py [HOST [PORT]]
import sys

import paho.mqtt.client as mqtt

host = sys.argv[1] if len(sys.argv) > 1 else "localhost"
port = int(sys.argv[2]) if len(sys.argv) > 2 else 1883


def on_connect(client, userdata, flags, rc):
    client.subscribe("hello", qos=1)


def on_subscribe(client, userdata, mid, granted_qos):
    client.publish("hello", "salut de Python", qos=1)


def on_message(client, userdata, msg):
    print(f"{msg.topic} {msg.payload.decode()}")
    client.disconnect()


client = mqtt.Client()
client.on_connect = on_connect
client.on_subscribe = on_subscribe
client.on_message = on_message
client.connect(host, port, 60)
client.loop_forever()

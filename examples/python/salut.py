# The lecture's program, for Python 3 and paho-mqtt 1.x (Debian: python3-paho-mqtt).
# Run it as: python3 salut.py [HOST]
import sys

import paho.mqtt.client as mqtt


def on_connect(client, userdata, flags, rc):
    print("Connecté " + str(rc))
    client.subscribe("hello")


def on_message(client, userdata, msg):
    print("{msg.topic} {msg.payload}")  # the slide forgot the f before the quote: the braces are printed


client = mqtt.Client()
client.on_connect = on_connect
client.on_message = on_message
client.connect(sys.argv[1] if len(sys.argv) > 1 else "localhost", 1883, 60)
client.publish("hello", "Salut Franck")
client.loop_forever()

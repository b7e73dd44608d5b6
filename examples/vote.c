/* The client of the lab in C: cc vote.c -o vote && ./vote localhost 32000 alice ete */
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv) {
    struct addrinfo want = {.ai_socktype = SOCK_STREAM}, *server;
    char text[512];
    if (argc != 5 || getaddrinfo(argv[1], argv[2], &want, &server) != 0)
        return fprintf(stderr, "usage: vote HOST PORT NAME CHOICE\n"), 2;
    int s = socket(server->ai_family, SOCK_STREAM, 0);
    if (connect(s, server->ai_addr, server->ai_addrlen) != 0)
        return perror("connect"), 2;
    send(s, text, snprintf(text, sizeof text, "%s %s\n", argv[3], argv[4]), 0);
    ssize_t n = recv(s, text, sizeof text - 1, 0);
    text[n > 0 ? n : 0] = 0;
    fputs(text, stdout);
    close(s);
    return strncmp(text, "a vot", 5) != 0;
}

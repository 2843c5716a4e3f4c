// Answers every client with what a TLS server on this machine said to the first one: replay PORT ADDRESS SERVERPORT
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

static char flight[65536];
static int flight_length;

static struct sockaddr_in address(const char *host, const char *port)
{
    struct sockaddr_in made = {.sin_family = AF_INET, .sin_port = htons(atoi(port))};
    inet_pton(AF_INET, host, &made.sin_addr);
    return made;
}

// The server has said all when it says nothing for a moment.
static void record(char **arguments, const char *hello, int length)
{
    struct sockaddr_in server = address(arguments[2], arguments[3]);
    int connection = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(connection, (struct sockaddr *)&server, sizeof server) || write(connection, hello, length) != length)
        exit(1);
    struct pollfd waiting = {connection, POLLIN, 0};
    while (poll(&waiting, 1, 300) > 0) {
        int count = read(connection, flight + flight_length, sizeof flight - flight_length);
        if (count <= 0)
            break;
        flight_length += count;
    }
    close(connection);
}

int main(int count, char **arguments)
{
    if (count != 4)
        return 64;
    struct sockaddr_in any = address("0.0.0.0", arguments[1]);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), one = 1, queue = epoll_create1(0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(listener, (struct sockaddr *)&any, sizeof any) || listen(listener, 65535))
        return 1;
    struct epoll_event event = {EPOLLIN, {.fd = listener}}, events[256];
    epoll_ctl(queue, EPOLL_CTL_ADD, listener, &event);
    static char heard[4096];
    for (;;) {
        int ready = epoll_wait(queue, events, 256, -1);
        for (int place = 0; place < ready; place++) {
            int client = events[place].data.fd;
            if (client == listener) {
                while ((client = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
                    event.data.fd = client;
                    epoll_ctl(queue, EPOLL_CTL_ADD, client, &event);
                }
                continue;
            }
            int length = read(client, heard, sizeof heard);
            if (length > 0 && flight_length == 0)
                record(arguments, heard, length);
            if (length <= 0 || write(client, flight, flight_length) < 0)
                close(client);
        }
    }
}

/* Answers every DNS question over UDP with "no such records", many to a system call: as fast as a name server can be. Argument: the address. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define BATCH 64

static unsigned char buffers[BATCH][512];

int main(int count, char **arguments)
{
    struct sockaddr_in own = { .sin_family = AF_INET, .sin_port = htons(53) }, peers[BATCH];
    struct iovec parts[BATCH];
    struct mmsghdr messages[BATCH];
    int size = 64 << 20;
    int s = socket(AF_INET, SOCK_DGRAM, 0);
    if (count != 2 || inet_pton(AF_INET, arguments[1], &own.sin_addr) != 1 || bind(s, (struct sockaddr *)&own, sizeof own) != 0)
        return perror("reflector"), 1;
    setsockopt(s, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
    for (;;) {
        for (int i = 0; i < BATCH; i++) {
            parts[i] = (struct iovec){ buffers[i], sizeof buffers[i] };
            messages[i] = (struct mmsghdr){ .msg_hdr = { &peers[i], sizeof peers[i], &parts[i], 1 } };
        }
        int got = recvmmsg(s, messages, BATCH, MSG_WAITFORONE, NULL);
        for (int i = 0; i < got; i++) {
            buffers[i][2] |= 0x80;
            parts[i].iov_len = messages[i].msg_len;
        }
        for (int sent = 0; sent < got;) {
            int left = sendmmsg(s, messages + sent, got - sent, 0);
            if (left <= 0)
                break;
            sent += left;
        }
    }
}

// Every machine of the bench's network, in the kernel: answers SYNs at the target's end of the link and counts them there, so that neither the
// rate nor the truth depends on what a scanner says of itself. Compiled for each case with -D: RST (closed ports refuse), OPEN_MASK, LOSS (percent).
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>
#include <linux/tcp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define HOSTS (1 << 20)

struct tally {
    __u64 syns, first_probes, first_at, last_at, answers, resets, bad_checksums, strays;
};

// A core each, since several may receive at once.
struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct tally);
} tally SEC(".maps");

static __u8 asked[HOSTS];

static __always_inline __u32 mix(__u32 x)
{
    x = (x ^ (x >> 16)) * 0x21f0aaad;
    x = (x ^ (x >> 15)) * 0x735a2d97;
    return x ^ (x >> 15);
}

static __always_inline __u32 fold(__u32 sum)
{
    sum = (sum & 0xffff) + (sum >> 16);
    return (sum & 0xffff) + (sum >> 16);
}

static __always_inline int has_right_checksums(struct iphdr *ip, struct tcphdr *tcp, void *end)
{
    __u32 length = bpf_ntohs(ip->tot_len) - sizeof(*ip), sum = 0;
    __u16 *word = (void *)ip;
    for (int i = 0; i < 10; i++)
        sum += word[i];
    if (fold(sum) != 0xffff)
        return 0;
    sum = (ip->saddr & 0xffff) + (ip->saddr >> 16) + (ip->daddr & 0xffff) + (ip->daddr >> 16) + bpf_htons(IPPROTO_TCP) + bpf_htons(length);
    word = (void *)tcp;
    for (int i = 0; i < 30 && i * 2 < length && (void *)(word + i + 1) <= end; i++)
        sum += word[i];
    return fold(sum) == 0xffff;
}

static __always_inline void turn(struct ethhdr *ethernet, struct iphdr *ip, struct tcphdr *tcp)
{
    __u8 mac[ETH_ALEN];
    __builtin_memcpy(mac, ethernet->h_dest, ETH_ALEN);
    __builtin_memcpy(ethernet->h_dest, ethernet->h_source, ETH_ALEN);
    __builtin_memcpy(ethernet->h_source, mac, ETH_ALEN);
    __u32 address = ip->saddr;
    ip->saddr = ip->daddr;
    ip->daddr = address;
    __u16 port = tcp->source;
    tcp->source = tcp->dest;
    tcp->dest = port;
}

// Addresses and ports only change places, which leaves the sum alone.
static __always_inline void answer(struct tcphdr *tcp, int open, __u32 number)
{
    __u16 *before = (__u16 *)tcp;
    __u32 sum = (__u16)~tcp->check;
    for (int i = 2; i < 8; i++)
        sum += (__u16)~before[i];
    tcp->ack_seq = bpf_htonl(bpf_ntohl(tcp->seq) + 1);
    tcp->seq = open ? number : 0;
    tcp->window = open ? bpf_htons(64240) : 0;
    tcp->syn = open;
    tcp->rst = !open;
    tcp->ack = 1;
    for (int i = 2; i < 8; i++)
        sum += before[i];
    tcp->check = ~fold(sum);
}

SEC("tc")
int respond(struct __sk_buff *skb)
{
    __u32 none = 0, wanted = skb->len < 74 ? skb->len : 74;
    struct tally *count = bpf_map_lookup_elem(&tally, &none);
    if (skb->data_end - skb->data < wanted)
        bpf_skb_pull_data(skb, wanted);
    void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
    struct ethhdr *ethernet = data;
    struct iphdr *ip = (void *)(ethernet + 1);
    struct tcphdr *tcp = (void *)(ip + 1);
    if (!count || (void *)(tcp + 1) > end || ethernet->h_proto != bpf_htons(ETH_P_IP) || ip->protocol != IPPROTO_TCP || ip->ihl != 5)
        return TC_ACT_OK;
    if (tcp->rst) {
        count->resets++;
        return TC_ACT_SHOT;
    }
    if (!tcp->syn || tcp->ack)
        return TC_ACT_SHOT;
    count->syns++;
    __u32 address = bpf_ntohl(ip->daddr), port = bpf_ntohs(tcp->dest);
    if (address >> 20 != NETWORK >> 20) {
        count->strays++;
        return TC_ACT_SHOT;
    }
    __u8 *seen = &asked[address & (HOSTS - 1)];
    if (!*seen) {
        *seen = 1;
        __u64 now = bpf_ktime_get_ns();
        if (!count->first_probes++)
            count->first_at = now;
        count->last_at = now;
    }
    if (!has_right_checksums(ip, tcp, end)) {
        count->bad_checksums++;
        return TC_ACT_SHOT;
    }
    int open = (mix(address ^ port << 16) & OPEN_MASK) == 0;
    if (!open && !RST)
        return TC_ACT_SHOT;
    // A packet is lost on its way there or back.
    if (LOSS && bpf_get_prandom_u32() % 100 < LOSS)
        return TC_ACT_SHOT;
    turn(ethernet, ip, tcp);
    answer(tcp, open, mix(address));
    count->answers++;
    return bpf_redirect(skb->ifindex, 0);
}

// At the scanner's end: no kernel sees an answer. Packet sockets have seen it by then.
SEC("tc")
int drop(struct __sk_buff *skb)
{
    return TC_ACT_SHOT;
}

char _license[] SEC("license") = "GPL";

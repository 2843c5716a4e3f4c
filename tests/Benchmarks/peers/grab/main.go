// Collects the certificates of 10.16.0.0/16 by Go's crypto/tls, many at once: grab HOSTS PORT full|certificate|replayed.
// "certificate" ends each handshake as soon as the certificate is there; "replayed" does so too, and takes a TLS 1.2 that was said to another.
package main

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

const atOnce = 256

var errEnough = errors.New("enough")

func main() {
	hosts, err := strconv.Atoi(os.Args[1])
	if err != nil {
		panic(err)
	}
	var found, names int64
	config := &tls.Config{ServerName: "leaf.example", InsecureSkipVerify: true}
	mode := os.Args[3]
	if mode == "replayed" {
		config.MaxVersion = tls.VersionTLS12
	}
	config.VerifyPeerCertificate = func(raw [][]byte, _ [][]*x509.Certificate) error {
		certificate, err := x509.ParseCertificate(raw[0])
		if err != nil {
			return err
		}
		atomic.AddInt64(&found, 1)
		atomic.AddInt64(&names, int64(len(certificate.DNSNames)))
		if mode == "full" {
			return nil
		}
		return errEnough
	}
	work := make(chan int, atOnce)
	var wait sync.WaitGroup
	for worker := 0; worker < atOnce; worker++ {
		wait.Add(1)
		go func() {
			defer wait.Done()
			for host := range work {
				grab(fmt.Sprintf("10.16.%d.%d:%s", host>>8, host&255, os.Args[2]), config)
			}
		}()
	}
	for host := 0; host < hosts; host++ {
		work <- host
	}
	close(work)
	wait.Wait()
	fmt.Printf("%d certificates, %d names\n", found, names)
}

func grab(address string, config *tls.Config) {
	connection, err := net.DialTimeout("tcp", address, 5*time.Second)
	if err != nil {
		return
	}
	defer connection.Close()
	_ = connection.(*net.TCPConn).SetLinger(0)
	_ = connection.SetDeadline(time.Now().Add(5 * time.Second))
	_ = tls.Client(connection, config).Handshake()
}

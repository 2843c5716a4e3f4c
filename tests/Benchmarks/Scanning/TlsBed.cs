using System.Diagnostics;
using TaskMesh.Testing;

namespace TaskMesh.Benchmarks.Scanning;

/// <summary>
/// nginx on all of 65,536 addresses, and a server that replays what nginx says, on a core of their own, in the targets' namespace of a
/// <see cref="ScanBed"/>.
/// </summary>
internal sealed class TlsBed : IDisposable
{
    /// <summary>65,536 hosts.</summary>
    public const string Targets = "10.16.0.0/16";

    /// <summary>Ports.</summary>
    public const ushort Nginx = 443, Replay = 4443;

    /// <summary>For more connections at once than servers are set up for.</summary>
    private static readonly (string, int)[] Settings =
    [
        ("net/core/somaxconn", 65535), ("net/ipv4/tcp_max_syn_backlog", 65536), ("net/ipv4/tcp_syncookies", 0),
    ];

    private readonly string _folder;
    private readonly Process _nginx;
    private readonly Process _replay;

    public TlsBed(ScanBed bed, string folder)
    {
        _folder = folder;
        Shell.Run(bed.InTarget("ip", "route", "add", "local", Targets, "dev", "lo"));
        foreach (var (setting, value) in Settings)
            Shell.Run(bed.InTarget("sh", "-c", $"echo {value} > /proc/sys/{setting}"));
        foreach (var setting in new[] { "all", "default", "target0" })
            Shell.Run(bed.InTarget("sh", "-c", $"echo 0 > /proc/sys/net/ipv4/conf/{setting}/rp_filter"));
        Certificates();
        File.WriteAllText(Path.Combine(folder, "nginx.conf"), $$"""
            daemon off; worker_processes 1; worker_rlimit_nofile 200000; pid {{folder}}/nginx.pid; error_log {{folder}}/nginx.log crit;
            events { worker_connections 100000; multi_accept on; }
            http {
              access_log off; client_body_temp_path {{folder}}/body; proxy_temp_path {{folder}}/proxy; fastcgi_temp_path {{folder}}/fast;
              uwsgi_temp_path {{folder}}/uwsgi; scgi_temp_path {{folder}}/scgi;
              server {
                listen {{Nginx}} ssl backlog=65535; ssl_certificate {{folder}}/chain.pem; ssl_certificate_key {{folder}}/leaf.key;
                ssl_protocols TLSv1.2 TLSv1.3; ssl_session_cache off; ssl_session_tickets off; return 204;
              }
            }
            """);
        var start = bed.InTarget("taskset", "-c", "1", "nginx", "-p", folder, "-c", Path.Combine(folder, "nginx.conf"));
        _nginx = Process.Start(start)!;
        var replay = Path.Combine(folder, "replay");
        Shell.Run("clang", "-O2", Repository.PathOf("tests/Benchmarks/peers/replay.c"), "-o", replay);
        var command = $"ulimit -n $(ulimit -H -n); exec {replay} {Replay} 10.16.0.1 {Nginx}";
        _replay = Process.Start(bed.InTarget("taskset", "-c", "1", "sh", "-c", command))!;
        const string connects = "openssl s_client -connect 10.16.0.1:443 </dev/null >/dev/null 2>&1";
        Shell.Run(bed.InTarget("sh", "-c", $"for i in $(seq 100); do {connects} && exit 0; sleep 0.1; done; exit 1"));
    }

    public void Dispose()
    {
        // Told to, it takes its own worker along.
        foreach (var server in new[] { _nginx, _replay })
        {
            Shell.Run("kill", $"{server.Id}");
            server.WaitForExit();
            server.Dispose();
        }
    }

    /// <summary>A leaf with a key on P-256 and the authority above it, as most servers have them.</summary>
    private void Certificates()
    {
        Shell.Run("sh", "-c", $"""
            cd {_folder} && exec 2>/dev/null
            openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -subj "/O=Bench/CN=Bench Authority" -days 30
            openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout leaf.key -out leaf.csr -subj "/CN={TlsTool.ServerName}"
            echo "subjectAltName=DNS:{TlsTool.ServerName},DNS:www.{TlsTool.ServerName}" > names
            openssl x509 -req -in leaf.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out leaf.pem -days 30 -extfile names
            cat leaf.pem ca.pem > chain.pem
            """);
    }
}

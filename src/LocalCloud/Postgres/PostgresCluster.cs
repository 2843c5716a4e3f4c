using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Npgsql;
using TaskMesh.LocalCloud.Processes;

namespace TaskMesh.LocalCloud.Postgres;

/// <summary>A private PostgreSQL cluster: a child process that is waited for, restarts on its data, and never outlives its starter.</summary>
/// <remarks>
/// PostgreSQL refuses to run as root, so root runs it as the user "postgres" of Debian's package; anyone else runs it as himself.
/// The socket's folder is the lock on the door: who may enter it is trusted.
/// </remarks>
public sealed class PostgresCluster : IAsyncDisposable
{
    private const string Superuser = "postgres";
    private const int DefaultPort = 5432;
    private const int SigInt = 2;

    /// <summary>Recovery after a crash replays at most what was written since the last checkpoint.</summary>
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    /// <summary>A server that was told to quit kills what does not after 5 s.</summary>
    private static readonly TimeSpan PredecessorLimit = TimeSpan.FromSeconds(10);

    /// <summary>A fast shutdown writes one checkpoint.</summary>
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    private readonly ChildProcess _process;
    private readonly TimeProvider _clock;

    private PostgresCluster(ChildProcess process, string connectionString, TimeProvider clock)
    {
        _process = process;
        _clock = clock;
        ConnectionString = connectionString;
    }

    /// <summary>As the superuser, to the database "postgres".</summary>
    public string ConnectionString { get; }

    public int ProcessId => _process.Id;

    /// <summary>Ends when the server has ended, for whatever reason.</summary>
    public Task Exited => _process.Exited;

    public static async Task<PostgresCluster> StartAsync(PostgresOptions options, TimeProvider clock, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(StartLimit, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            await PrepareAsync(options, either.Token);
            return await LaunchAsync(options, clock, either.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            throw Failure(options, $"was not ready within {StartLimit.TotalSeconds:0} s");
        }
    }

    public ValueTask DisposeAsync() => new(_process.StopAsync(SigInt, StopLimit, _clock));

    private static async Task PrepareAsync(PostgresOptions options, CancellationToken cancellation)
    {
        // sockaddr_un holds 107 characters, and the socket's own name takes 16 of them.
        if (options.SocketFolder.Length > 90)
            throw new InvalidOperationException(
                $"The socket folder '{options.SocketFolder}' has a longer path than the 90 characters that a Unix socket allows.");
        Directory.CreateDirectory(options.Folder);
        await GiveFolderAsync(options, options.SocketFolder, options.SocketFolderMode, cancellation);
        if (File.Exists(VersionFile(options)))
            return;
        await GiveFolderAsync(options, options.DataFolder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, cancellation);
        await RunAsync(
            options,
            [
                Path.Combine(BinFolder(options), "initdb"), "--pgdata", options.DataFolder, "--username", Superuser, "--no-sync", "--no-instructions",
                "--auth-local", "trust", "--auth-host", "scram-sha-256", "--encoding", "UTF8", "--locale", "C",
            ],
            Owner,
            cancellation);
    }

    private static async Task<PostgresCluster> LaunchAsync(PostgresOptions options, TimeProvider clock, CancellationToken cancellation)
    {
        var port = options.ListenOnLoopback ? FreePort() : DefaultPort;
        var socket = new NpgsqlConnectionStringBuilder { Host = options.SocketFolder, Port = port, Username = Superuser, Database = "postgres" };
        while (true)
        {
            await WaitForPredecessorAsync(options, clock, cancellation);
            var process = await ChildProcess.StartAsync(Server(options, port));
            if (await IsReadyAsync(process, socket.ConnectionString, clock, cancellation))
            {
                var connectionString = options.ListenOnLoopback ? await OpenLoopbackAsync(socket, cancellation) : socket.ConnectionString;
                return new PostgresCluster(process, connectionString, clock);
            }
            // Backends of a killed server may still hold its shared memory for a moment; anything else will not mend itself.
            if (!Log(options).Contains("shared memory block", StringComparison.Ordinal))
                throw Failure(options, $"ended with code {await process.Exited}");
        }
    }

    private static ChildStart Server(PostgresOptions options, int port)
    {
        var settings = new Dictionary<string, string>
        {
            ["port"] = port.ToString(CultureInfo.InvariantCulture),
            ["listen_addresses"] = options.ListenOnLoopback ? "127.0.0.1" : "",
            ["unix_socket_directories"] = options.SocketFolder,
            ["fsync"] = options.Durable ? "on" : "off",
            ["full_page_writes"] = options.Durable ? "on" : "off",
        };
        foreach (var (name, value) in options.Settings)
            settings[name] = value;
        return new ChildStart(
            [
                Path.Combine(BinFolder(options), "postgres"), "-D", options.DataFolder,
                .. settings.SelectMany(setting => new[] { "-c", $"{setting.Key}={setting.Value}" }),
            ],
            options.LogFile)
        {
            User = Owner,
            // Ends the server at once; the next start recovers. A polite end could take longer than the next start wants to wait.
            DeathSignal = "QUIT",
        };
    }

    private static async Task<bool> IsReadyAsync(ChildProcess process, string connectionString, TimeProvider clock, CancellationToken cancellation)
    {
        await using var source = NpgsqlDataSource.Create(connectionString + ";Pooling=false");
        while (!process.Exited.IsCompleted)
        {
            try
            {
                await using var connection = await source.OpenConnectionAsync(cancellation);
                return true;
            }
            catch (NpgsqlException)
            {
                await Task.Delay(Pause, clock, cancellation);
            }
            catch (OperationCanceledException)
            {
                process.Kill();
                throw;
            }
        }
        return false;
    }

    /// <summary>
    /// A server whose starter was killed is told to quit by the kernel and needs a moment. A dead one that nobody waited for (a zombie)
    /// would keep PostgreSQL from starting for ever, because its process id still answers: its lock file goes.
    /// </summary>
    private static async Task WaitForPredecessorAsync(PostgresOptions options, TimeProvider clock, CancellationToken cancellation)
    {
        var file = Path.Combine(options.DataFolder, "postmaster.pid");
        var start = clock.GetTimestamp();
        while (File.Exists(file) && int.TryParse(File.ReadLines(file).FirstOrDefault(), CultureInfo.InvariantCulture, out var predecessor))
        {
            if (!IsLivePostgres(predecessor))
            {
                File.Delete(file);
                return;
            }
            if (clock.GetElapsedTime(start) > PredecessorLimit)
                throw Failure(options, $"is in use by process {predecessor}");
            await Task.Delay(Pause, clock, cancellation);
        }
    }

    /// <summary>The second and third fields of /proc/PID/stat: "(name) state".</summary>
    private static bool IsLivePostgres(int process)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{process}/stat");
            return stat.Contains("(postgres) ", StringComparison.Ordinal) && !stat.Contains("(postgres) Z", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static async Task<string> OpenLoopbackAsync(NpgsqlConnectionStringBuilder socket, CancellationToken cancellation)
    {
        var password = RandomNumberGenerator.GetHexString(32, lowercase: true);
        await using var source = NpgsqlDataSource.Create(socket.ConnectionString + ";Pooling=false");
        await using var command = source.CreateCommand($"alter role {Superuser} password '{password}'");
        await command.ExecuteNonQueryAsync(cancellation);
        return new NpgsqlConnectionStringBuilder(socket.ConnectionString) { Host = "127.0.0.1", Password = password }.ConnectionString;
    }

    /// <summary>PostgreSQL's files must belong to the one who runs it.</summary>
    private static async Task GiveFolderAsync(PostgresOptions options, string folder, UnixFileMode mode, CancellationToken cancellation)
    {
        Directory.CreateDirectory(folder);
        File.SetUnixFileMode(folder, mode);
        if (Owner is not null)
            await RunAsync(options, ["chown", Owner, folder], user: null, cancellation);
    }

    private static async Task RunAsync(PostgresOptions options, IReadOnlyList<string> command, string? user, CancellationToken cancellation)
    {
        var process = await ChildProcess.StartAsync(new ChildStart(command, options.LogFile) { User = user });
        using var killing = cancellation.Register(process.Kill);
        if (await process.Exited is not 0 and var code)
            throw Failure(options, $"could not be prepared ('{Path.GetFileName(command[0])}' ended with code {code})");
    }

    private static InvalidOperationException Failure(PostgresOptions options, string what) =>
        new($"PostgreSQL in '{options.Folder}' {what}.\n{Log(options)}");

    private static string Log(PostgresOptions options) => OutputTail.Read(options.LogFile, 2048);

    private static string? Owner => Environment.IsPrivilegedProcess ? Superuser : null;

    private static string VersionFile(PostgresOptions options) => Path.Combine(options.DataFolder, "PG_VERSION");

    /// <summary>Debian keeps one folder per major version; a cluster needs the version that made it, a new one gets the newest.</summary>
    private static string BinFolder(PostgresOptions options)
    {
        const string versions = "/usr/lib/postgresql";
        var wanted = File.Exists(VersionFile(options)) ? File.ReadAllText(VersionFile(options)).Trim() : null;
        var newest = (Directory.Exists(versions) ? Directory.GetDirectories(versions) : [])
            .Where(folder => File.Exists(Path.Combine(folder, "bin", "postgres")) && (wanted is null || Path.GetFileName(folder) == wanted))
            .MaxBy(folder => int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var version) ? version : 0);
        return newest is null
            ? throw new InvalidOperationException(
                $"PostgreSQL {wanted ?? "15"} is not installed below {versions}: apt-get install postgresql-{wanted ?? "15"}")
            : Path.Combine(newest, "bin");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

using System.Text;
using System.Text.Json;
using Npgsql;
using TaskMesh.Aws;
using TaskMesh.Core;
using TaskMesh.Core.Configuration;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Ports;
using TaskMesh.Postgres;
using TaskMesh.Postgres.Reading;

namespace TaskMesh.Cli.Mesh;

/// <summary>The mesh as its users reach it: messages go to the Manager's queues, what became of them is read from the database.</summary>
public sealed class MeshClient : IAsyncDisposable
{
    private const int Connections = 4;

    private readonly MeshSettings _settings;
    private readonly NpgsqlDataSource _database;

    /// <summary>Who only reads needs no region and no credentials.</summary>
    private readonly Lazy<SqsSender> _sender;

    /// <exception cref="CliException">The database's connection string is none.</exception>
    public MeshClient(MeshSettings settings)
    {
        _settings = settings;
        try
        {
            _database = Database.Open(
                settings.Database, "taskmesh-cli", Connections, settings.DatabaseIam ? DatabaseTokens.PasswordAsync : null);
        }
        catch (ArgumentException e)
        {
            throw new CliException(ExitCode.Configuration, $"{MeshSettings.DatabaseVariable}: is no connection string: {e.Message}", e);
        }
        _sender = new(() => new SqsSender(
            settings.LocalEndpoint is { } local ? AwsClients.LocalSqs(local)
            : AwsClients.Problem() is { } wrong
                ? throw new CliException(ExitCode.Configuration, $"AWS_REGION, AWS_ENDPOINT_URL: the SDK of AWS cannot start: {wrong}")
            : AwsClients.Sqs()));
        Reader = new MeshReader(_database);
        Schedules = new ScheduleReader(_database);
        Waits = new WaitReader(_database);
        DeadLetters = new DeadLetterReader(_database);
        Audit = new AuditReader(_database);
        Fleet = new FleetReader(_database);
        Rules = new RulesReader(_database);
        Health = new HealthReader(_database, TimeProvider.System);
        Ids = new IdSource(TimeProvider.System, new Random());
    }

    public MeshReader Reader { get; }

    public ScheduleReader Schedules { get; }

    public WaitReader Waits { get; }

    public DeadLetterReader DeadLetters { get; }

    public AuditReader Audit { get; }

    public FleetReader Fleet { get; }

    public RulesReader Rules { get; }

    public HealthReader Health { get; }

    public IdSource Ids { get; }

    public static MeshClient Connect()
    {
        try
        {
            return new MeshClient(MeshSettings.Find(ProcessEnvironment.Read()));
        }
        catch (SettingsException e)
        {
            throw new CliException(ExitCode.Configuration, e.Message, e);
        }
    }

    /// <summary>What a task returned, as JSON text; null while there is nothing.</summary>
    /// <param name="whole">Whether one that is in the object store is fetched, or only named.</param>
    public async Task<string?> ContentAsync(OutputView? output, bool whole, CancellationToken cancellation)
    {
        if (output is not { At: { } at })
            return output?.Data;
        if (!whole)
            return "{\"$object\":" + JsonSerializer.Serialize(at, MessageJson.Default.ObjectReference) + "}";
        var objects = _settings is { LocalEndpoint: { } local, ObjectsBucket: { } bucket }
            ? AwsClients.LocalObjects(local, bucket) : AwsClients.Objects(_settings.ObjectsBucket);
        if (objects is null)
            throw new CliException(ExitCode.Configuration, $"The result is in the bucket {at.Bucket}: set TASKMESH_OBJECTS_BUCKET to read it.");
        try
        {
            return Encoding.UTF8.GetString((await objects.GetAsync(at, cancellation)).Span);
        }
        catch (ObjectDamagedException e)
        {
            throw new CliException(ExitCode.Failures, $"The result cannot be read: {e.Message}", e);
        }
        catch (InfrastructureException e)
        {
            throw AwsRefusal.Of(e) is { } refusal ? CliException.Of(refusal) : new CliException(ExitCode.Unavailable, e.Message, e);
        }
    }

    public async Task SendAsync(ManagerMessage message, CancellationToken cancellation)
    {
        var queue = message is Control ? _settings.ControlQueue : _settings.ManagerQueue;
        var body = JsonSerializer.Serialize(message, MessageJson.Default.ManagerMessage);
        var bytes = Encoding.UTF8.GetByteCount(body);
        if (bytes > SqsLimits.BatchBytes)
            throw new CliException(ExitCode.Usage, $"body: {bytes} bytes are more than a message holds ({SqsLimits.BatchBytes})");
        var answers = await _sender.Value.SendAsync([new OutgoingMessage(queue, body)], cancellation);
        if (AwsRefusal.Of(answers[0].Code, answers[0].Fault ?? "") is { } refusal)
            throw CliException.Of(refusal);
        if (!answers[0].IsAccepted)
            throw new CliException(ExitCode.Unavailable, $"The Manager's queue did not take the message: {answers[0].Fault}");
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();
}

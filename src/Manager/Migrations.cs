using System.Text.Json;
using System.Text.Json.Serialization;
using Npgsql;
using TaskMesh.Core.Configuration;
using TaskMesh.Postgres;

namespace TaskMesh.Manager;

/// <summary>
/// Migrations as a step of a deployment: CloudFormation asks, the database is brought to the version of this package, and CloudFormation is answered
/// at the address that it gave. https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref.html.
/// </summary>
public sealed class Migrations(string database, HttpClient http)
{
    public const string Variable = "TASKMESH_MIGRATIONS_DATABASE";

    private const string SecretVariable = "TASKMESH_MIGRATIONS";

    /// <param name="environment">With its secrets resolved: TASKMESH_MIGRATIONS holds what RDS keeps in the administrator's secret.</param>
    public static Migrations From(IReadOnlyDictionary<string, string> environment)
    {
        var reader = new SettingsReader(environment);
        var connection = new NpgsqlConnectionStringBuilder(reader.Required(Variable));
        if (reader.Optional(SecretVariable) is { } secret)
            connection.Password = JsonSerializer.Deserialize(secret, MigrationsJson.Default.RdsSecret)?.Password;
        reader.ThrowIfWrong();
        return new(connection.ConnectionString, new HttpClient());
    }

    /// <summary>Deleting the stage leaves the schema to the database, which goes with it or stays.</summary>
    public async Task<StackAnswer> HandleAsync(StackRequest request, CancellationToken cancellation)
    {
        var problem = request.RequestType == "Delete" ? null : await MigrateAsync(cancellation);
        var answer = new StackAnswer(
            problem is null ? "SUCCESS" : "FAILED",
            problem,
            request.PhysicalResourceId ?? "taskmesh-schema",
            request.StackId,
            request.RequestId,
            request.LogicalResourceId);
        // A signed address: with a content type it would be another request.
        using var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(answer, MigrationsJson.Default.StackAnswer));
        content.Headers.ContentType = null;
        using var response = await http.PutAsync(request.ResponseURL, content, CancellationToken.None);
        response.EnsureSuccessStatusCode();
        return answer;
    }

    private async Task<string?> MigrateAsync(CancellationToken cancellation)
    {
        try
        {
            await using var source = NpgsqlDataSource.Create(database);
            await Migrator.MigrateAsync(source, cancellation);
            await Migrator.AllowIamAsync(source, cancellation);
            return null;
        }
        catch (Exception e) when (e is NpgsqlException or InvalidOperationException or OperationCanceledException)
        {
            return e.Message;
        }
    }
}

/// <summary>What CloudFormation asks of a custom resource; the rest of its request is of no interest here.</summary>
public sealed record StackRequest(
    string RequestType, Uri ResponseURL, string StackId, string RequestId, string LogicalResourceId, string? PhysicalResourceId = null);

/// <param name="Reason">Shown where the deployment failed.</param>
public sealed record StackAnswer(
    string Status, string? Reason, string PhysicalResourceId, string StackId, string RequestId, string LogicalResourceId);

internal sealed record RdsSecret([property: JsonPropertyName("password")] string? Password);

[JsonSerializable(typeof(StackRequest))]
[JsonSerializable(typeof(StackAnswer))]
[JsonSerializable(typeof(RdsSecret))]
internal sealed partial class MigrationsJson : JsonSerializerContext;

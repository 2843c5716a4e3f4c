using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using TaskMesh.Cli;

namespace TaskMesh.Integration.Cli;

public class SignInTests
{
    [Fact]
    public async Task With_IAM_and_without_credentials_there_is_no_password()
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        // Npgsql may knock again.
        Task[] passwords = [PasswordAsync(server), PasswordAsync(server)];

        using var process = CliProcess.Start(
            new Dictionary<string, string>(CredentialTests.Nobody)
            {
                ["TASKMESH_CLI_DATABASE"] =
                    $"Host=127.0.0.1;Port={((IPEndPoint)server.LocalEndpoint).Port};Username=tm_reader;Database=taskmesh;SSL Mode=Disable",
                ["TASKMESH_DATABASE_IAM"] = "1",
                ["TASKMESH_MANAGER_QUEUE_URL"] = "https://sqs.eu-west-1.amazonaws.com/1/taskmesh-dev-manager",
                ["TASKMESH_CONTROL_QUEUE_URL"] = "https://sqs.eu-west-1.amazonaws.com/1/taskmesh-dev-control",
                ["AWS_REGION"] = "eu-west-1",
            },
            ["ls"]);
        var answer = await CliProcess.EndAsync(process);

        Assert.Equal((ExitCode.Configuration, ""), (answer.Code, answer.Output));
        Assert.StartsWith("There are no AWS credentials: ", Assert.Single(answer.Errors.TrimEnd().Split('\n')), StringComparison.Ordinal);
        await Assert.ThrowsAsync<EndOfStreamException>(() => passwords[0]);
    }

    [Fact]
    public async Task With_IAM_the_password_is_a_token_for_the_place_and_the_role()
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var port = ((IPEndPoint)server.LocalEndpoint).Port;
        var password = PasswordAsync(server);

        using var process = CliProcess.Start(
            new Dictionary<string, string>
            {
                ["TASKMESH_CLI_DATABASE"] = $"Host=127.0.0.1;Port={port};Username=tm_reader;Database=taskmesh;SSL Mode=Disable",
                ["TASKMESH_DATABASE_IAM"] = "1",
                ["TASKMESH_MANAGER_QUEUE_URL"] = "https://sqs.eu-west-1.amazonaws.com/1/taskmesh-dev-manager",
                ["TASKMESH_CONTROL_QUEUE_URL"] = "https://sqs.eu-west-1.amazonaws.com/1/taskmesh-dev-control",
                ["AWS_REGION"] = "eu-west-1",
                ["AWS_ACCESS_KEY_ID"] = "someone",
                ["AWS_SECRET_ACCESS_KEY"] = "secret",
            },
            ["ls"]);
        var answer = await CliProcess.EndAsync(process);

        Assert.Equal(ExitCode.Unavailable, answer.Code);
        Assert.StartsWith($"127.0.0.1:{port}/?Action=connect&DBUser=tm_reader&", await password, StringComparison.Ordinal);
    }

    /// <summary>What a client sends whom the server asks for a password in clear text, as RDS does.</summary>
    private static async Task<string> PasswordAsync(TcpListener server)
    {
        using var client = await server.AcceptTcpClientAsync();
        var stream = client.GetStream();
        var length = new byte[sizeof(int)];
        await stream.ReadExactlyAsync(length);
        await stream.ReadExactlyAsync(new byte[BinaryPrimitives.ReadInt32BigEndian(length) - length.Length]);
        await stream.WriteAsync(new byte[] { (byte)'R', 0, 0, 0, 8, 0, 0, 0, 3 });
        await stream.ReadExactlyAsync(new byte[1]);
        await stream.ReadExactlyAsync(length);
        var password = new byte[BinaryPrimitives.ReadInt32BigEndian(length) - length.Length];
        await stream.ReadExactlyAsync(password);
        return Encoding.UTF8.GetString(password).TrimEnd('\0');
    }
}

using System.Text.Json;
using Microsoft.Extensions.Logging;
using TaskMesh.Manager;
using TaskMesh.Testing;

namespace TaskMesh.Unit.Manager;

public class JsonLogTests
{
    private readonly List<string> _lines = [];

    [Fact]
    public void An_event_is_one_line_with_its_values()
    {
        new ManagerLog(Log()).Launched("i-1", "t4g.micro");

        var json = JsonElement.Parse(Assert.Single(_lines));
        Assert.DoesNotContain('\n', _lines[0]);
        Assert.Equal("2026-01-01T00:00:00.000Z", json.GetProperty("Timestamp").GetString());
        Assert.Equal(1101, json.GetProperty("EventId").GetInt32());
        Assert.Equal("Information", json.GetProperty("LogLevel").GetString());
        Assert.Equal("taskmesh.manager", json.GetProperty("Category").GetString());
        Assert.Equal("Launched i-1 (t4g.micro).", json.GetProperty("Message").GetString());
        Assert.Equal("i-1", json.GetProperty("State").GetProperty("InstanceId").GetString());
        Assert.False(json.TryGetProperty("Exception", out _));
    }

    [Fact]
    public void An_exception_stays_on_the_line()
    {
        new ManagerLog(Log()).SweepFailed(new InvalidOperationException("first\nsecond \"quoted\""));

        var json = JsonElement.Parse(Assert.Single(_lines));
        Assert.DoesNotContain('\n', _lines[0]);
        Assert.Contains("first\nsecond \"quoted\"", json.GetProperty("Exception").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(LogLevel.Debug, false)]
    [InlineData(LogLevel.Information, true)]
    [InlineData(LogLevel.Critical, true)]
    [InlineData(LogLevel.None, false)]
    public void Debug_output_is_left_out(LogLevel level, bool isWritten) => Assert.Equal(isWritten, Log().IsEnabled(level));

    private JsonLog Log() => new("taskmesh.manager", _lines.Add, new ManualClock());
}

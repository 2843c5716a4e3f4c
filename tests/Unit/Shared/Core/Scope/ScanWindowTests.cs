using TaskMesh.Core.Scope;

namespace TaskMesh.Unit.Shared.Core.Scope;

public class ScanWindowTests
{
    [Theory]
    [InlineData("22:00-06:00 Europe/Berlin")]
    [InlineData("Sat,Sun 00:00-00:00 UTC")]
    public void A_window_reads_back_as_it_was_written(string text)
    {
        Assert.True(ScanWindow.TryParse(text, out var window));
        Assert.Equal(text, window.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("22:00-06:00")]
    [InlineData("22:00 06:00 UTC")]
    [InlineData("Yesterday 22:00-06:00 UTC")]
    [InlineData("1 22:00-06:00 UTC")]
    [InlineData("24:00-06:00 UTC")]
    public void What_is_no_window_is_not_read(string text) => Assert.False(ScanWindow.TryParse(text, out _));
}

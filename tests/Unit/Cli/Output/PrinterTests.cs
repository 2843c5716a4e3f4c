using TaskMesh.Cli.Output;

namespace TaskMesh.Unit.Cli.Output;

public class PrinterTests
{
    [Fact]
    public void Lines_of_a_table_end_where_their_text_ends()
    {
        var output = new StringWriter { NewLine = "\n" };

        new Printer(OutputFormat.Text, output).Rows(
            ["a", "longer"], ("FIRST", row => row), ("SECOND", row => row == "a" ? "much longer than that" : "b"));

        Assert.Equal("FIRST  SECOND\na      much longer than that\nlonger b\n", output.ToString());
    }
}

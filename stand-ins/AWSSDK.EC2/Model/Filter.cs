namespace Amazon.EC2.Model;

/// <summary>Narrows a description to what has one of the values.</summary>
public class Filter
{
    public Filter()
    {
    }

    public Filter(string name, List<string> values) => (Name, Values) = (name, values);

    public string Name { get; set; }

    public List<string> Values { get; set; }
}

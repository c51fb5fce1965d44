using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;

namespace CloudDav.Server.Tests.Checks;

public sealed class NumberedChecks
{
    /// <summary>The checks of the client contract that are promised now. The others belong to sharing, standing and history.</summary>
    private static readonly IEnumerable<int> Promised = Enumerable.Range(1, 85);

    [Fact]
    public void Every_promised_check_has_a_test_by_its_number_and_no_other_has()
    {
        var numbers = typeof(NumberedChecks)
            .Assembly.GetTypes()
            .SelectMany(type => type.GetMethods())
            .Where(method => method.GetCustomAttribute<FactAttribute>() is not null)
            .Select(method =>
                Regex.Match(
                    method.Name,
                    "^C(?<number>\\d\\d)_",
                    RegexOptions.ExplicitCapture,
                    TimeSpan.FromSeconds(1)
                )
            )
            .Where(match => match.Success)
            .Select(match => int.Parse(match.Groups["number"].Value, CultureInfo.InvariantCulture))
            .Distinct()
            .Order();
        Assert.Equal(Promised, numbers);
    }
}

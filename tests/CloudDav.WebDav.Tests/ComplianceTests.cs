using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace CloudDav.WebDav.Tests;

/// <summary>Keeps the library's README true.</summary>
public sealed partial class ComplianceTests
{
    [Fact]
    public void Every_type_and_test_of_the_compliance_table_exists()
    {
        var types = typeof(DavEndpoint)
            .Assembly.GetTypes()
            .Select(type => type.Name)
            .ToHashSet(StringComparer.Ordinal);
        var tests = TestsByClass();
        var rows = Row().Matches(Readme());
        Assert.True(rows.Count > 50, "The table was not found.");
        foreach (Match row in rows)
        {
            Assert.Contains(row.Groups["type"].Value, types);
            Assert.Contains(row.Groups["test"].Value, tests[row.Groups["class"].Value]);
        }
    }

    [Fact]
    public void Every_method_of_the_table_has_tests_and_a_row()
    {
        var readme = Readme();
        var tests = TestsByClass();
        foreach (var method in DavMethods.All.Where(method => method.Handle is not null))
        {
            var handler = method.Handle!.Method.DeclaringType!.Name;
            Assert.True(tests.Contains(handler + "Tests"), $"{method.Name} has no {handler}Tests.");
            Assert.Contains($"`{handler}`", readme, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Every_switch_on_a_client_is_told_of()
    {
        var readme = Readme();
        // The one that is off for everybody is for operators to find in their settings.
        foreach (
            var setting in typeof(DavClientOptions)
                .GetProperties()
                .Where(property => property.PropertyType == typeof(DavSwitch))
                .Select(property => property.Name)
                .Except([nameof(DavClientOptions.LenientLockTokenHeader)], StringComparer.Ordinal)
        )
            Assert.Contains($"`{setting}`", readme, StringComparison.Ordinal);
    }

    private static ILookup<string, string> TestsByClass() =>
        typeof(ComplianceTests)
            .Assembly.GetTypes()
            .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Instance))
            .Where(method => method.GetCustomAttributes<FactAttribute>().Any())
            .ToLookup(
                method => method.DeclaringType!.Name,
                method => method.Name,
                StringComparer.Ordinal
            );

    private static string Readme([CallerFilePath] string here = "") =>
        File.ReadAllText(
            Path.Combine(Path.GetDirectoryName(here)!, "../../src/CloudDav.WebDav/README.md")
        );

    [GeneratedRegex(
        @"^\| [^|]+ \| `(?<type>\w+)` \| `(?<class>\w+)\.(?<test>\w+)` \|$",
        RegexOptions.Multiline,
        1000
    )]
    private static partial Regex Row();
}

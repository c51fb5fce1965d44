using System.Reflection;
using Microsoft.SqlServer.Dac;
using Microsoft.SqlServer.Dac.Model;
using Microsoft.SqlServer.TransactSql.ScriptDom;

namespace CloudDav.Storage.Tests.SqlServer;

/// <summary>
/// The migrations as Microsoft's own model of a database, without a server. It knows names; what it does not look at (values, columns of variables, types) is
/// <see cref="StatementBinder"/>'s. Neither says anything about plans, locks or time.
/// </summary>
internal sealed class SqlServerModel : IDisposable
{
    private readonly TSqlModel _model = new(SqlServerVersion.Sql160, new TSqlModelOptions());
    private readonly List<(string Name, string Text)> _loose = [];
    private readonly HashSet<TSqlStatement> _altered = [];
    private readonly HashSet<string> _known = [];
    private int _procedures;

    public SqlServerModel()
    {
        var objects = new List<TSqlStatement>();
        foreach (var (name, text) in Scripts())
        foreach (var batch in Parse(text).Batches)
        foreach (var statement in batch.Statements)
        {
            if (
                statement
                is CreateTableStatement
                    or CreateIndexStatement
                    or CreateTypeTableStatement
            )
                objects.Add(statement);
            else if (statement is AlterTableStatement alter)
                _altered.Add(Alter(objects.OfType<CreateTableStatement>(), alter));
            else
                _loose.Add((name, TextOf(statement)));
        }
        foreach (var made in objects)
        {
            _model.AddObjects(_altered.Contains(made) ? Written(made) : TextOf(made));
            Schema.Add(made);
        }
        _known.UnionWith(Messages());
    }

    /// <summary>Tables and table types as the scripts make them.</summary>
    public StatementSchema Schema { get; } = new();

    /// <summary>What is wrong with the schema itself.</summary>
    public IReadOnlyCollection<string> SchemaMessages => _known;

    /// <summary>Statements of the scripts that make no object.</summary>
    public IReadOnlyList<(string Name, string Text)> Loose => _loose;

    public static IEnumerable<(string Name, string Text)> Scripts()
    {
        var assembly = typeof(SqlServerDatabase).Assembly;
        return assembly
            .GetManifestResourceNames()
            .Where(SqlServerDatabase.IsMigration)
            .Order(StringComparer.Ordinal)
            .Select(name =>
            {
                using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
                return (name, reader.ReadToEnd());
            });
    }

    public static IEnumerable<(string Name, SqlServerStatement Statement)> Catalogue() =>
        typeof(SqlServerDatabase)
            .Assembly.GetTypes()
            .Where(type => type.Name.EndsWith("Statements", StringComparison.Ordinal))
            .SelectMany(type =>
                type.GetFields(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static)
            )
            .SelectMany(field =>
                field.GetValue(null) switch
                {
                    SqlServerStatement one => [($"{field.DeclaringType!.Name}.{field.Name}", one)],
                    SharedStatement both =>
                    [
                        ($"{field.DeclaringType!.Name}.{field.Name}", both.Server),
                    ],
                    IEnumerable<SqlServerStatement> many => many.Select(
                        (one, i) => ($"{field.DeclaringType!.Name}.{field.Name}[{i}]", one)
                    ),
                    _ => [],
                }
            );

    /// <summary>What is wrong with a statement: one sentence each.</summary>
    public IReadOnlyList<string> Check(string text, params string[] parameters)
    {
        var found = new List<string>();
        var procedure = $"""
            CREATE PROCEDURE dbo.q{++_procedures} {string.Join(", ", parameters)} AS
            {text}
            """;
        try
        {
            found.AddRange(new StatementBinder(Schema).Check(Parse(procedure)));
        }
        catch (FormatException exception)
        {
            return [exception.Message];
        }
        // A model with something in it that is not even declared takes no more statements.
        if (
            found.Exists(message =>
                message.StartsWith(StatementBinder.Undeclared, StringComparison.Ordinal)
            )
        )
            return found;
        var source = $"q{_procedures}.sql";
        _model.AddOrUpdateObjects(procedure, source, new TSqlObjectOptions());
        found.AddRange(Messages().Where(message => !_known.Contains(message)));
        _model.DeleteObjects(source);
        return found;
    }

    public IReadOnlyList<string> Check(SqlServerStatement statement) =>
        Check(statement.Text, [.. statement.Parameters.Select(parameter => parameter.Declaration)]);

    public void Dispose() => _model.Dispose();

    // The catalogue and the procedures of the system are not in the model.
    private IEnumerable<string> Messages() =>
        _model
            .Validate()
            .Where(message =>
                message.MessageType == DacMessageType.Error || message.Number is 71005 or 71502
            )
            .Select(message => message.ToString())
            .Where(message =>
                !message.Contains("[sys].", StringComparison.OrdinalIgnoreCase)
                && !message.Contains("[sp_getapplock]", StringComparison.OrdinalIgnoreCase)
            );

    /// <summary>Reads a script.</summary>
    /// <exception cref="FormatException">It is not in the server's language.</exception>
    public static TSqlScript Parse(string text)
    {
        var script = (TSqlScript)
            new TSql160Parser(initialQuotedIdentifiers: true).Parse(
                new StringReader(text),
                out var errors
            );
        return errors.Count == 0
            ? script
            : throw new FormatException(
                string.Join("; ", errors.Select(error => $"line {error.Line}: {error.Message}"))
            );
    }

    // The model makes tables and alters none: a table is made at once as the scripts leave it.
    private static CreateTableStatement Alter(
        IEnumerable<CreateTableStatement> tables,
        AlterTableStatement alter
    )
    {
        var made = tables.Single(table =>
            StatementSchema.NameOf(table.SchemaObjectName)
            == StatementSchema.NameOf(alter.SchemaObjectName)
        );
        switch (alter)
        {
            case AlterTableAddTableElementStatement { Definition: { } added }:
                foreach (var more in added.ColumnDefinitions)
                    made.Definition.ColumnDefinitions.Add(more);
                foreach (var constraint in added.TableConstraints)
                    made.Definition.TableConstraints.Add(constraint);
                return made;
            case AlterTableDropTableElementStatement dropped:
                foreach (var element in dropped.AlterTableDropTableElements)
                {
                    var constraint = made.Definition.TableConstraints.Single(one =>
                        one.ConstraintIdentifier?.Value == element.Name.Value
                    );
                    made.Definition.TableConstraints.Remove(constraint);
                }
                return made;
            default:
                throw new FormatException($"This is not understood: {TextOf(alter)}");
        }
    }

    private static string Written(TSqlFragment fragment)
    {
        new Sql160ScriptGenerator().GenerateScript(fragment, out var text);
        return text;
    }

    private static string TextOf(TSqlFragment fragment) =>
        string.Concat(
            Enumerable
                .Range(
                    fragment.FirstTokenIndex,
                    fragment.LastTokenIndex - fragment.FirstTokenIndex + 1
                )
                .Select(i => fragment.ScriptTokenStream[i].Text)
        );
}

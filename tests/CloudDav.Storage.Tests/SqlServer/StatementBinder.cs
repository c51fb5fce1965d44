using Microsoft.SqlServer.TransactSql.ScriptDom;

namespace CloudDav.Storage.Tests.SqlServer;

/// <summary>A column as it was declared.</summary>
internal sealed record StatementColumn(
    string Name,
    string Type,
    bool IsNullable,
    bool IsIdentity,
    bool HasDefault
);

/// <summary>Tables and table types, by name.</summary>
internal sealed class StatementSchema
{
    private readonly Dictionary<string, List<StatementColumn>> _tables = new(
        StringComparer.OrdinalIgnoreCase
    );

    public IReadOnlyDictionary<string, List<StatementColumn>> Tables => _tables;

    /// <summary>Names of table types.</summary>
    public HashSet<string> Types { get; } = new(StringComparer.OrdinalIgnoreCase);

    public void Add(TSqlStatement statement)
    {
        switch (statement)
        {
            case CreateTableStatement table:
                _tables.Add(NameOf(table.SchemaObjectName), ColumnsOf(table.Definition));
                break;
            case CreateTypeTableStatement type:
                _tables.Add(NameOf(type.Name), ColumnsOf(type.Definition));
                Types.Add(NameOf(type.Name));
                break;
            default:
                break;
        }
    }

    public static string NameOf(SchemaObjectName name) => name.BaseIdentifier.Value;

    public static List<StatementColumn> ColumnsOf(TableDefinition definition) =>
        [
            .. definition.ColumnDefinitions.Select(column => new StatementColumn(
                column.ColumnIdentifier.Value,
                // A computed column is cast to its type.
                TypeOf(column.DataType ?? ((CastCall)column.ComputedColumnExpression).DataType),
                !column.Constraints.Any(constraint =>
                    constraint
                        is NullableConstraintDefinition { Nullable: false }
                            or UniqueConstraintDefinition { IsPrimaryKey: true }
                ),
                column.IdentityOptions is not null,
                column.DefaultConstraint is not null
            )),
        ];

    /// <summary>A type's name in lower case without its length.</summary>
    public static string TypeOf(DataTypeReference type) =>
        type.Name.BaseIdentifier.Value.ToLowerInvariant();
}

/// <summary>
/// Looks at what the model of a database leaves alone: columns of table variables, of parameters that are tables and of subqueries; how many values an
/// INSERT has and whether it leaves out a column that must have one; parameters that are not used; and comparisons of a column with a variable of another
/// type, which cost an index.
/// </summary>
internal sealed class StatementBinder(StatementSchema schema) : TSqlFragmentVisitor
{
    public const string Undeclared = "Nothing declares";

    private readonly List<string> _found = [];
    private readonly Dictionary<string, string> _variables = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, List<StatementColumn>> _tableVariables = new(
        StringComparer.OrdinalIgnoreCase
    );
    private readonly HashSet<string> _used = new(StringComparer.OrdinalIgnoreCase);
    private readonly Stack<Dictionary<string, List<StatementColumn>?>> _scopes = new();
    private readonly Dictionary<string, List<StatementColumn>> _commonTables = new(
        StringComparer.OrdinalIgnoreCase
    );

    public IReadOnlyList<string> Check(TSqlScript script)
    {
        foreach (var statement in script.Batches.SelectMany(batch => batch.Statements))
        {
            if (statement is CreateProcedureStatement procedure)
            {
                foreach (var parameter in procedure.Parameters)
                    Declare(parameter.VariableName.Value, parameter.DataType);
                Declarations(procedure);
                procedure.StatementList.Accept(this);
                foreach (var parameter in procedure.Parameters)
                    if (!_used.Contains(parameter.VariableName.Value))
                        _found.Add($"Parameter {parameter.VariableName.Value} is not used.");
            }
            else
                statement.Accept(this);
        }
        return [.. _found.Distinct()];
    }

    private void Declare(string name, DataTypeReference type)
    {
        if (schema.Types.Contains(type.Name.BaseIdentifier.Value))
            _tableVariables[name] = schema.Tables[type.Name.BaseIdentifier.Value];
        else
            _variables[name] = StatementSchema.TypeOf(type);
    }

    // A declaration counts from its place to the end of the batch, whatever block it stands in; all are taken first.
    private void Declarations(TSqlFragment fragment)
    {
        var declarations = new DeclarationVisitor();
        fragment.Accept(declarations);
        foreach (var declared in declarations.Variables)
            Declare(declared.VariableName.Value, declared.DataType);
        foreach (var table in declarations.Tables)
            _tableVariables[table.VariableName.Value] = StatementSchema.ColumnsOf(table.Definition);
    }

    public override void Visit(VariableReference node)
    {
        _used.Add(node.Name);
        if (!_variables.ContainsKey(node.Name) && !_tableVariables.ContainsKey(node.Name))
            _found.Add($"{Undeclared} {node.Name}.");
    }

    public override void ExplicitVisit(WithCtesAndXmlNamespaces node)
    {
        foreach (var table in node.CommonTableExpressions)
        {
            var name = table.ExpressionName.Value;
            var first = FirstOf(table.QueryExpression);
            // The columns of the first part are those of the whole, also for the part that refers to itself.
            _commonTables[name] =
                table.Columns.Count > 0
                    ? [.. table.Columns.Select(column => Unknown(column.Value))]
                    : Within(first, () => OutputOf(first));
            table.QueryExpression.Accept(this);
        }
    }

    public override void ExplicitVisit(SelectStatement node) =>
        WithCommonTables(node, () => base.ExplicitVisit(node));

    public override void ExplicitVisit(QuerySpecification node) =>
        Within(
            node,
            () =>
            {
                base.ExplicitVisit(node);
                return 0;
            }
        );

    public override void ExplicitVisit(BinaryQueryExpression node)
    {
        node.FirstQueryExpression.Accept(this);
        node.SecondQueryExpression.Accept(this);
        var (first, second) = (
            CountOf(node.FirstQueryExpression),
            CountOf(node.SecondQueryExpression)
        );
        if (first is not null && second is not null && first != second)
            _found.Add($"A union has {first} columns and then {second}.");
        // What orders the whole is one of its columns, or stands in none of its parts.
    }

    public override void ExplicitVisit(InsertStatement node) =>
        WithCommonTables(node, () => base.ExplicitVisit(node));

    public override void ExplicitVisit(UpdateStatement node) =>
        WithCommonTables(node, () => base.ExplicitVisit(node));

    public override void ExplicitVisit(DeleteStatement node) =>
        WithCommonTables(node, () => base.ExplicitVisit(node));

    public override void ExplicitVisit(InsertSpecification node)
    {
        var target = ColumnsOf(node.Target);
        var name = TargetName(node.Target);
        if (target is not null)
        {
            var written = node
                .Columns.Select(column => column.MultiPartIdentifier.Identifiers[^1].Value)
                .ToList();
            foreach (var column in written)
                if (!target.Exists(one => Same(one.Name, column)))
                    _found.Add($"{name} has no column {column}.");
            foreach (var column in target)
            {
                var isWritten = written.Exists(one => Same(one, column.Name));
                if (column.IsIdentity && isWritten)
                    _found.Add($"{name}.{column.Name} numbers itself.");
                if (!column.IsNullable && !column.IsIdentity && !column.HasDefault && !isWritten)
                    _found.Add($"{name}.{column.Name} must have a value.");
            }
            var types = written.ConvertAll(column =>
                target.Find(one => Same(one.Name, column))?.Type
            );
            switch (node.InsertSource)
            {
                case ValuesInsertSource values:
                    foreach (var row in values.RowValues)
                        CheckRow(name, written, types, [.. row.ColumnValues]);
                    break;
                case SelectInsertSource { Select: QuerySpecification query }:
                    Within(
                        query,
                        () =>
                        {
                            CheckRow(
                                name,
                                written,
                                types,
                                [
                                    .. query.SelectElements.Select(element =>
                                        (element as SelectScalarExpression)?.Expression
                                    ),
                                ]
                            );
                            return 0;
                        }
                    );
                    break;
                case SelectInsertSource { Select: BinaryQueryExpression query }
                    when CountOf(query) is { } count && count != written.Count:
                    _found.Add(
                        $"An INSERT into {name} has {written.Count} columns and {count} values."
                    );
                    break;
                default:
                    break;
            }
        }
        _scopes.Push(Inserted(target));
        node.OutputClause?.Accept(this);
        _scopes.Pop();
        node.InsertSource.Accept(this);
        node.TopRowFilter?.Accept(this);
    }

    public override void ExplicitVisit(UpdateSpecification node)
    {
        var scope = SourcesOf(node.FromClause);
        var target = TargetOf(node.Target, scope);
        _scopes.Push(scope);
        if (node.FromClause is null)
            scope[TargetName(node.Target)] = target;
        node.FromClause?.Accept(this);
        foreach (var set in node.SetClauses.OfType<AssignmentSetClause>())
        {
            var column = set.Column.MultiPartIdentifier.Identifiers[^1].Value;
            var declared = target?.Find(one => Same(one.Name, column));
            if (target is not null && declared is null)
                _found.Add($"{TargetName(node.Target)} has no column {column}.");
            CheckTypes(declared?.Type, set.NewValue, $"{TargetName(node.Target)}.{column}");
            set.NewValue.Accept(this);
        }
        node.WhereClause?.Accept(this);
        node.TopRowFilter?.Accept(this);
        _scopes.Pop();
        Output(node.OutputClause, target, scope);
    }

    public override void ExplicitVisit(DeleteSpecification node)
    {
        var scope = SourcesOf(node.FromClause);
        var target = TargetOf(node.Target, scope);
        if (node.FromClause is null)
            scope[TargetName(node.Target)] = target;
        _scopes.Push(scope);
        node.FromClause?.Accept(this);
        node.WhereClause?.Accept(this);
        node.TopRowFilter?.Accept(this);
        _scopes.Pop();
        Output(node.OutputClause, target, scope);
    }

    // The name of a procedure's parameter is nothing of this batch.
    public override void ExplicitVisit(ExecuteParameter node) => node.ParameterValue.Accept(this);

    // Its keys name its own columns.
    public override void ExplicitVisit(DeclareTableVariableStatement node) { }

    public override void ExplicitVisit(QueryDerivedTable node)
    {
        // What stands beside it cannot be seen from inside, but by APPLY: the model says so, and it costs nothing to allow it here.
        node.QueryExpression.Accept(this);
    }

    public override void ExplicitVisit(ColumnReferenceExpression node)
    {
        if (node.MultiPartIdentifier is null)
            return;
        var names = node.MultiPartIdentifier.Identifiers;
        _ = Resolve(names.Count > 1 ? names[^2].Value : null, names[^1].Value, isReported: true);
    }

    public override void ExplicitVisit(BooleanComparisonExpression node)
    {
        CheckTypes(TypeOf(node.FirstExpression), node.SecondExpression, "A comparison");
        base.ExplicitVisit(node);
    }

    private void Output(
        OutputClause? clause,
        List<StatementColumn>? target,
        Dictionary<string, List<StatementColumn>?> scope
    )
    {
        if (clause is null)
            return;
        _scopes.Push(
            new(scope, StringComparer.OrdinalIgnoreCase)
            {
                ["inserted"] = target,
                ["deleted"] = target,
            }
        );
        clause.Accept(this);
        _scopes.Pop();
    }

    private static Dictionary<string, List<StatementColumn>?> Inserted(
        List<StatementColumn>? target
    ) => new(StringComparer.OrdinalIgnoreCase) { ["inserted"] = target };

    private void CheckRow(
        string name,
        List<string> columns,
        List<string?> types,
        List<ScalarExpression?> values
    )
    {
        if (values.Count != columns.Count)
        {
            _found.Add(
                $"An INSERT into {name} has {columns.Count} columns and {values.Count} values."
            );
            return;
        }
        for (var i = 0; i < columns.Count; i++)
            if (values[i] is { } value)
                CheckTypes(types[i], value, $"{name}.{columns[i]}");
    }

    // Only what is declared on both sides: an expression has the type that the server gives it.
    private void CheckTypes(string? left, ScalarExpression right, string where)
    {
        if (left is null || TypeOf(right) is not { } type || type == left)
            return;
        if ((left, type) is ("binary", "varbinary") or ("varbinary", "binary"))
            return;
        _found.Add($"{where} is {left}, and what it is given or compared with is {type}.");
    }

    private string? TypeOf(ScalarExpression expression) =>
        expression switch
        {
            VariableReference variable => _variables.GetValueOrDefault(variable.Name),
            ColumnReferenceExpression { MultiPartIdentifier.Identifiers: { Count: > 0 } names } =>
                Resolve(
                    names.Count > 1 ? names[^2].Value : null,
                    names[^1].Value,
                    isReported: false
                ),
            ParenthesisExpression inner => TypeOf(inner.Expression),
            _ => null,
        };

    private string? Resolve(string? source, string column, bool isReported)
    {
        foreach (var scope in _scopes)
        {
            if (source is not null)
            {
                if (!scope.TryGetValue(source, out var columns))
                    continue;
                if (columns is null)
                    return null;
                var found = columns.Find(one => Same(one.Name, column));
                if (found is null && isReported)
                    _found.Add($"{source} has no column {column}.");
                return found?.Type;
            }
            var candidates = scope
                .Where(one => one.Value?.Exists(each => Same(each.Name, column)) == true)
                .ToList();
            if (candidates.Count > 1 && isReported)
                _found.Add(
                    $"Column {column} may be that of {string.Join(" or ", candidates.Select(one => one.Key))}."
                );
            if (candidates.Count > 0)
                return candidates[0].Value!.Find(each => Same(each.Name, column))!.Type;
            if (scope.Values.Any(one => one is null))
                return null;
        }
        if (isReported)
            _found.Add(
                source is null
                    ? $"There is no column {column}."
                    : $"There is no {source} for its column {column}."
            );
        return null;
    }

    private void WithCommonTables(StatementWithCtesAndXmlNamespaces node, Action body)
    {
        node.WithCtesAndXmlNamespaces?.Accept(this);
        var tables = node.WithCtesAndXmlNamespaces;
        node.WithCtesAndXmlNamespaces = null;
        body();
        node.WithCtesAndXmlNamespaces = tables;
        _commonTables.Clear();
    }

    private T Within<T>(QuerySpecification query, Func<T> body)
    {
        _scopes.Push(SourcesOf(query.FromClause));
        var result = body();
        _scopes.Pop();
        return result;
    }

    private Dictionary<string, List<StatementColumn>?> SourcesOf(FromClause? from)
    {
        var sources = new Dictionary<string, List<StatementColumn>?>(
            StringComparer.OrdinalIgnoreCase
        );
        foreach (var table in from?.TableReferences ?? [])
            AddSources(table, sources);
        return sources;
    }

    private void AddSources(
        TableReference table,
        Dictionary<string, List<StatementColumn>?> sources
    )
    {
        switch (table)
        {
            case JoinTableReference join:
                AddSources(join.FirstTableReference, sources);
                AddSources(join.SecondTableReference, sources);
                break;
            case QueryDerivedTable derived:
                _scopes.Push(sources);
                var first = FirstOf(derived.QueryExpression);
                sources[derived.Alias.Value] = Within(first, () => OutputOf(first));
                _scopes.Pop();
                break;
            case NamedTableReference named:
                sources[named.Alias?.Value ?? StatementSchema.NameOf(named.SchemaObject)] =
                    ColumnsOf(named);
                break;
            case VariableTableReference variable:
                sources[variable.Alias?.Value ?? variable.Variable.Name] = ColumnsOf(variable);
                break;
            case OpenJsonTableReference json:
                sources[json.Alias.Value] =
                [
                    .. json.SchemaDeclarationItems.Select(item => new StatementColumn(
                        item.ColumnDefinition.ColumnIdentifier.Value,
                        StatementSchema.TypeOf(item.ColumnDefinition.DataType),
                        IsNullable: true,
                        IsIdentity: false,
                        HasDefault: false
                    )),
                ];
                break;
            default:
                break;
        }
    }

    private List<StatementColumn>? ColumnsOf(TableReference table)
    {
        switch (table)
        {
            case VariableTableReference variable:
                _used.Add(variable.Variable.Name);
                return _tableVariables.GetValueOrDefault(variable.Variable.Name);
            case NamedTableReference { SchemaObject: var name } when name.SchemaIdentifier is null:
                return _commonTables.GetValueOrDefault(StatementSchema.NameOf(name));
            case NamedTableReference { SchemaObject: var name }
                when Same(name.SchemaIdentifier.Value, "dbo"):
                return schema.Tables.GetValueOrDefault(StatementSchema.NameOf(name));
            default:
                return null;
        }
    }

    private List<StatementColumn>? TargetOf(
        TableReference target,
        Dictionary<string, List<StatementColumn>?> scope
    ) =>
        target is NamedTableReference { SchemaObject: { SchemaIdentifier: null } name }
        && scope.TryGetValue(StatementSchema.NameOf(name), out var columns)
            ? columns
            : ColumnsOf(target);

    private static string TargetName(TableReference target) =>
        target switch
        {
            NamedTableReference named => StatementSchema.NameOf(named.SchemaObject),
            VariableTableReference variable => variable.Variable.Name,
            _ => "?",
        };

    private static QuerySpecification FirstOf(QueryExpression query) =>
        query switch
        {
            QuerySpecification one => one,
            BinaryQueryExpression many => FirstOf(many.FirstQueryExpression),
            QueryParenthesisExpression inner => FirstOf(inner.QueryExpression),
            _ => throw new NotSupportedException(query.GetType().Name),
        };

    private static int? CountOf(QueryExpression query) =>
        FirstOf(query).SelectElements is var elements
        && elements.All(element => element is SelectScalarExpression)
            ? elements.Count
            : null;

    private List<StatementColumn> OutputOf(QuerySpecification query) =>
        [
            .. query
                .SelectElements.OfType<SelectScalarExpression>()
                .Select(element => new StatementColumn(
                    element.ColumnName?.Value
                        ?? (element.Expression as ColumnReferenceExpression)
                            ?.MultiPartIdentifier
                            .Identifiers[^1]
                            .Value
                        ?? "",
                    TypeOf(element.Expression) ?? "",
                    IsNullable: true,
                    IsIdentity: false,
                    HasDefault: false
                ))
                .Select(column => column.Type.Length == 0 ? column with { Type = null! } : column),
        ];

    private static StatementColumn Unknown(string name) => new(name, null!, true, false, false);

    private static bool Same(string one, string other) =>
        string.Equals(one, other, StringComparison.OrdinalIgnoreCase);

    private sealed class DeclarationVisitor : TSqlFragmentVisitor
    {
        public List<DeclareVariableElement> Variables { get; } = [];

        public List<DeclareTableVariableBody> Tables { get; } = [];

        public override void Visit(DeclareVariableElement node)
        {
            if (node is not ProcedureParameter)
                Variables.Add(node);
        }

        public override void Visit(DeclareTableVariableBody node) => Tables.Add(node);
    }
}

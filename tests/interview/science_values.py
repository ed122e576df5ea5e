"""Values of numpy, pandas, SciPy and SymPy that have to cross whole."""

NUMPY = (
    "np.array([1, 'a', None, 2.5], dtype=object)", "np.array([[1, 2], [3, 4]], dtype=object)",
    "np.array([{'a': 1}, [2]], dtype=object)", "np.array(5, dtype=object)", "np.empty((0, 3), object)",
    "np.matrix([[1.5, 2], [3, 4]])", "np.array([1, 2], '>i2')", "np.array(['2020-01'], 'M8[M]')",
    "np.float64(0.1) + np.float64(0.2)", "np.complex64(1 + 2j)", "np.timedelta64(3, 'ns')",
)  # fmt: skip
PANDAS = (
    "pd.DataFrame({'a': [1, 2], 'b': ['x', None], 'c': [1.5, float('nan')]})",
    "pd.DataFrame()", "pd.DataFrame(columns=['a', 'b'])", "pd.DataFrame(index=[3, 4])",
    "pd.DataFrame([[1, 2], [3, 4]], columns=['a', 'a'])", "pd.DataFrame({('a', 'b'): [1], ('a', 'c'): [2]})",
    "pd.DataFrame({'x': [[1, 2], {'k': (1,)}]}, index=pd.Index(['r', 's'], name='row'))",
    "pd.DataFrame({'when': pd.date_range('2021-03-27', periods=3, freq='D', tz='Europe/Paris')})",
    "pd.DataFrame({'v': [1, 2]}, index=pd.date_range('2020', periods=2, freq='W', name='week'))",
    "pd.DataFrame(np.arange(6).reshape(2, 3), columns=list('abc')).astype('int8')",
    "pd.Series([1, 2, 3])", "pd.Series([], dtype=object)", "pd.Series(['a'], index=[(1, 2)], name=('n', 1))",
    "pd.Series([1.5, 2], index=pd.MultiIndex.from_product([['a'], [1, 2]], names=['p', None]))",
    "pd.Series(['u', 'v', None], dtype='category')", "pd.Series(pd.Categorical(['b', 'a'], ['b', 'a'], ordered=True))",
    "pd.Series([1, None], dtype='Int64')", "pd.Series([True, None], dtype='boolean')", "pd.Series([0.5, None], dtype='Float32')",
    "pd.Series(['q', None], dtype='string')", "pd.Series(pd.period_range('2020', periods=2, freq='M'))",
    "pd.Series(pd.interval_range(0, 2))", "pd.Series(pd.timedelta_range('1s', periods=2))",
    "pd.Series([pd.Timestamp('2020'), pd.NaT])", "pd.Series([pd.Timestamp('2020', tz='UTC'), 5], dtype=object)",
    "pd.RangeIndex(2, 9, 3, name='r')", "pd.Index([1, 2.5])", "pd.Index(['a', 1])", "pd.CategoricalIndex(['a', 'b', 'a'])",
    "pd.DatetimeIndex(['2020-01-01 00:00:00.123456789'])", "pd.TimedeltaIndex(['1s', '3s'])",
    "pd.PeriodIndex(['2020Q1'], freq='Q')", "pd.IntervalIndex.from_breaks([0, 1, 2], closed='left')",
    "pd.MultiIndex.from_tuples([('a', 1), ('b', 2)])",
)  # fmt: skip
MOMENTS = (
    "pd.Timestamp('2020-01-01 01:02:03.123456789', tz='Asia/Tokyo')", "pd.Timestamp('2020')",
    "pd.Timedelta('1.5s')", "pd.NaT", "pd.NA", "pd.Period('2020-03', freq='M')", "pd.Interval(0, 1.5)",
    "pd.Timestamp('2020', tz='UTC')",
)  # fmt: skip
SPARSE = (
    "sp.csr_matrix((3, 0))", "sp.csc_matrix(np.eye(2) * 1j)",
    *(
        f"sp.{form}_{kind}(np.array([[1.5, 0, 2], [0, 0, 0]]))"
        for form in ("csr", "csc", "coo", "bsr", "dia", "dok", "lil")
        for kind in ("matrix", "array")
    ),
)  # fmt: skip
SYMBOLS = (
    "x + 2 * y - sympy.Rational(1, 3)", "sympy.sin(x) ** 2 + sympy.pi * sympy.I", "sympy.Float('1.5')",
    "sympy.Eq(x, z)", "sympy.exp(z) / z", "sympy.Function('f')(z)", "sympy.Matrix([[x, 1], [0, z]])",
    "sympy.oo", "sympy.true", "sympy.Piecewise((x, z > 0), (1, True))", "sympy.FiniteSet(1, x)",
    "sympy.sqrt(x)", "sympy.Max(x, z)", "sympy.Symbol('w', real=True) + 1", "sympy.Or(z > 1, z < 0)",
    "sympy.Integer(0)", "sympy.log(z) - sympy.E", "sympy.nan",
)  # fmt: skip

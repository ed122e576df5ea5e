"""The libraries of numerical Python, of the age that SciCode and BigCodeBench want."""

from grader.environments.base import EnvironmentDefinition

ENVIRONMENT = EnvironmentDefinition(
    summary="numpy, scipy, pandas, matplotlib, scikit-learn, seaborn, sympy, h5py",
    pins=(
        "numpy==1.23.5",
        "scipy==1.9.3",
        "pandas==2.0.3",
        "matplotlib==3.7.0",
        "scikit-learn==1.3.1",
        "seaborn==0.13.2",
        "sympy==1.12",
        "h5py==3.10.0",
    ),
    preload=(
        *("numpy", "scipy.stats", "scipy.integrate", "scipy.optimize", "scipy.sparse.linalg"),
        *("pandas", "matplotlib.pyplot", "sklearn.linear_model", "seaborn"),
    ),
    imports=("numpy", "scipy", "pandas", "matplotlib", "sklearn", "seaborn", "sympy", "h5py"),
    variables=(("MPLBACKEND", "Agg"),),
)

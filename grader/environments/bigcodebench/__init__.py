"""What BigCodeBench's tests need: its `requirements-eval.txt`, as far as Python 3.11 has wheels.

There is no wheel of numpy 1.21.2, scipy 1.7.2, numba 0.55, scikit-image 0.18 and tensorflow 2.11
for 3.11: the next that has one stands here (numpy 1.23.5, scipy 1.9.3, numba 0.57, scikit-image
0.20, tensorflow-cpu 2.12, networkx 2.8, which that wants). `Levenshtein` has the module of
`python-Levenshtein-wheels`.
"""

from grader.environments.base import DataFolder, EnvironmentDefinition

PINS = """
    beautifulsoup4==4.8.2
    blake3==0.4.1
    chardet==5.2.0
    cryptography==38.0.0
    datetime==5.5
    Django==4.2.7
    dnspython==2.6.1
    docxtpl==0.11.5
    Faker==20.1.0
    Flask==3.0.3
    Flask-Login==0.6.3
    Flask-Mail==0.9.1
    Flask-RESTful==0.3.10
    Flask-WTF==1.2.1
    folium==0.16.0
    gensim==4.3.2
    geopandas==0.13.2
    geopy==2.4.1
    holidays==0.29
    keras==2.12.0
    Levenshtein==0.25.0
    librosa==0.10.1
    lxml==4.9.3
    matplotlib==3.7.0
    mechanize==0.4.9
    natsort==7.1.1
    networkx==2.8
    nltk==3.8
    numba==0.57.0
    numpy==1.23.5
    opencv-python-headless==4.9.0.80
    openpyxl==3.1.2
    pandas==2.0.3
    Pillow==10.3.0
    prettytable==3.10.0
    psutil==5.9.5
    pycryptodome==3.14.1
    pyfakefs==5.4.1
    pyquery==1.4.3
    pytesseract==0.3.10
    pytest==8.2.0
    python-dateutil==2.9.0
    python-docx==1.1.0
    python-http-client==3.3.7
    pytz==2023.3.post1
    PyYAML==6.0.1
    regex
    requests==2.31.0
    requests-mock==1.11.0
    rsa==4.9
    scikit-image==0.20.0
    scikit-learn==1.3.1
    scipy==1.9.3
    seaborn==0.13.2
    selenium==4.15.*
    sendgrid==6.11.0
    setuptools<80
    shapely==2.0.4
    soundfile==0.12.1
    statsmodels==0.14.0
    sympy==1.12
    tensorflow-cpu==2.12.0
    textblob==0.18.0
    texttable==1.7.0
    Werkzeug==3.0.1
    wikipedia==1.4.0
    wordcloud==1.9.3
    wordninja==2.0.0
    WTForms==3.1.2
    xlrd==2.0.1
    xlwt==1.3.0
    xmltodict==0.13.0
    jax==0.4.13
    jaxlib==0.4.13
"""
NLTK = "llama_index/core/_static/nltk_cache"
"""The one package with any of NLTK's data: stop words and the sentence splitter."""

ENVIRONMENT = EnvironmentDefinition(
    summary="the 71 libraries of BigCodeBench's tests, of its age; 2.4 GB",
    pins=tuple(PINS.split()),
    sources=("flask-mail", "jax", "starkbank-ecdsa", "wikipedia", "wordninja"),
    preload=(
        *("numpy", "pandas", "matplotlib.pyplot", "scipy.stats", "sklearn.linear_model", "seaborn"),
        *("sklearn.preprocessing", "sklearn.model_selection", "sklearn.metrics", "sklearn.cluster"),
        *("requests", "bs4", "scipy.optimize", "scipy.interpolate", "sqlite3", "unittest.mock"),
    ),
    imports=(
        *("numpy", "scipy", "pandas", "matplotlib", "sklearn", "seaborn", "sympy"),
        *("statsmodels.api", "nltk", "gensim", "folium", "geopandas", "skimage", "wordcloud"),
        *("flask", "cv2", "bs4", "requests", "faker", "docx", "django", "openpyxl", "xlrd", "lxml"),
        *("Levenshtein", "shapely"),
        *("librosa", "numba", "pytesseract", "psutil", "rsa", "textblob", "soundfile", "regex"),
    ),
    variables=(("MPLBACKEND", "Agg"), ("NLTK_DATA", "{site}/nltk_data")),
    data=(
        DataFolder(
            requirement="llama-index-core==0.10.50",
            sha256="8a1fc49d65156002bb7f4c82458385ee440bd11f81d1bc39ed03ce94f53c9c74",
            source=NLTK,
            target="nltk_data",
        ),
    ),
)

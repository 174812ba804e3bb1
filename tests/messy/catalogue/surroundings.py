"""What notebooks ask of the place where they were written: magics, shells, Colab, downloads, paths, people."""

from __future__ import annotations

from messy.builder import merge, put_below, run_first, run_last, write
from messy.case import Case, raised
from messy.course import CODE
from notebooks import code

LOADS = """(train_images, train_labels), _ = {load}()
network = keras.Sequential([keras.Input(train_images.shape[1:]), keras.layers.Flatten(), keras.layers.Dense(10)])
network.compile(optimizer="sgd", loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
history = network.fit(train_images, train_labels, epochs=10, validation_split=0.2, verbose=0)
losses = history.history["loss"]"""

MAGICS = (
    Case(
        "magics_that_do_nothing",
        "It begins as many do: plots inline, reload, a timer.",
        (
            run_first(
                "%matplotlib inline\n%load_ext autoreload\n%autoreload 2",
                "%config InlineBackend.figure_format = 'retina'",
                "%matplotlib notebook\n%matplotlib widget",
                "%%time\nx = sum(range(10))",
                "%time y = x + 1",
                "%env KERAS_BACKEND",
                "%who",
                "%pwd",
            ),
        ),
    ),
    Case(
        "magic_in_an_answer",
        "An answer begins with a timer.",
        (write("scaled", f"%%time\n{CODE['scaled']}"),),
        is_variant=True,
    ),
    Case(
        "timeit",
        "It times an answer a million times.",
        (run_last("%timeit -n 1000000 conv_size(5, 3, 1)", "%%timeit\nscaled([1, 2])"),),
        notes=("runs its code once", "runs its code once"),
    ),
    Case(
        "folders_changed",
        "It changes to folders of another machine.",
        (run_first("%cd /content/drive/MyDrive/practical\n%cd ..\n%cd ~", "cd /content"),),
        notes=("`%cd /content/drive", "`%cd ..", "`%cd /content"),
    ),
    Case(
        "tensorflow_version",
        "It asks Colab for TensorFlow 1.",
        (run_first("%tensorflow_version 1.x\nimport tensorflow as tf", "%tensorflow_version 2.x"),),
        notes=("`%tensorflow_version 1.x` was skipped",),
    ),
    Case(
        "other_languages",
        "Cells are JavaScript, HTML, Bash and LaTeX.",
        (
            run_first(
                "%%javascript\nIPython.OutputArea.prototype._should_scroll = () => false;",
                "%%html\n<style>.container { width: 100% !important }</style>",
                "%%latex\n$\\sum_i w_i x_i$",
                "%%bash\nls /content\nrm -rf x",
                "%%script echo skipping\nx = 1",
            ),
        ),
        notes=("`%%bash` program", "`%%script` program"),
    ),
    Case(
        "magics_unknown",
        "It uses magics of extensions that are not here.",
        (run_first("%load_ext tensorboard\n%tensorboard --logdir logs", "%nonsense 3", "%%cython\ndef f(): pass"),),
        notes=("`%load_ext tensorboard`", "`%tensorboard", "`%nonsense 3`", "`%%cython`"),
    ),
    Case(
        "magic_below_code",
        "A cell magic stands below a line of code, after cells were merged.",
        (run_first("x = 1", "%%time\ny = 2"), merge(2)),
        notes=("%%time",),
    ),
    Case(
        "help_asked_for",
        "It asks for help on functions.",
        (run_first("keras.Sequential?", "?np.asarray", "np.linspace??", "help(len)"),),
        is_variant=True,
    ),
    Case(
        "file_written_by_magic",
        "A cell writes a module, which another one imports.",
        (run_first("%%writefile helpers.py\nfactor = 255", "import helpers\nhelpers.factor"),),
        is_variant=True,
    ),
)

SHELL = (
    Case(
        "installs",
        "It installs packages in all ways there are.",
        (
            run_first(
                "!pip install -q tensorflow==1.15 seaborn",
                "%pip install tqdm",
                "%conda install -y numpy",
                "import sys\n!{sys.executable} -m pip install numpy",
                "!apt-get -qq install graphviz && pip3 install pydot",
                "import subprocess\nsubprocess.check_call([sys.executable, '-m', 'pip', 'install', 'tqdm'])",
                "import os\nos.system('pip install tqdm')",
            ),
        ),
        notes=(
            "pip install -q",
            "pip install tqdm",
            "conda install",
            "-m pip",
            "apt-get",
            "pip install tqdm",
            "pip install tqdm",
        ),
    ),
    Case(
        "shell_lines",
        "It looks around with shell lines, and keeps what they say.",
        (run_first("!nvidia-smi", "files = !ls -l\nlen(files)", "!mkdir -p data; cd data; ls"),),
        notes=("nvidia-smi", "ls -l", "mkdir -p data"),
    ),
    Case(
        "downloads",
        "It downloads data with shell lines and with Python.",
        (
            run_first(
                "!wget -q https://data.example.com/cats.zip && unzip cats.zip",
                "!curl -O https://data.example.com/dogs.zip\n!git clone https://git.example.com/course.git",
            ),
            run_last("import urllib.request\nurllib.request.urlretrieve('https://data.example.com/a.npz', 'a.npz')"),
            run_last("keras.utils.get_file('b.npz', 'https://data.example.com/b.npz')"),
        ),
        ended=(raised(None, "URLError"), raised(None, "")),
        notes=(
            "wget -q",
            "curl -O",
            "git clone",
            "`data.example.com` was not reached",
            "`data.example.com` was not reached",
        ),
    ),
)

COLAB = (
    Case(
        "drive_mounted",
        "It mounts Google Drive.",
        (run_first("from google.colab import drive\ndrive.mount('/content/drive', force_remount=True)"),),
        notes=("Google Drive is not there",),
    ),
    Case(
        "drive_read",
        "It reads a file from Google Drive, which is not there; nothing depends on it.",
        (run_first("from google.colab import drive\ndrive.mount('/gdrive')\nnp.load('/gdrive/MyDrive/x.npy')"),),
        ended=(raised(None, "FileNotFoundError"),),
        notes=("Google Drive is not there", "is a path of another machine"),
    ),
    Case(
        "colab_files",
        "It uploads and downloads with Colab's functions, and shows pictures.",
        (
            run_first(
                "from google.colab import files\nuploaded = files.upload()\nlist(uploaded)",
                "files.download('model.keras')",
                "from google.colab.patches import cv2_imshow\ncv2_imshow(np.zeros((4, 4, 3)))",
                "import google.colab\nfrom google.colab import output, userdata\noutput.clear()\nuserdata.get('KEY')",
            ),
        ),
        notes=("returned no file", "`google.colab.files.download` does nothing", "returned an empty text"),
    ),
    Case(
        "only_in_colab",
        "It asks whether it runs in Colab, as tutorials do.",
        (
            run_first(
                "try:\n    import google.colab\n    IN_COLAB = True\nexcept ImportError:\n    IN_COLAB = False",
                "if IN_COLAB:\n    !pip install -q tqdm",
            ),
        ),
        notes=("pip install -q tqdm",),
        is_variant=True,
    ),
    Case(
        "kaggle_folders",
        "It walks through Kaggle's folders, and lists what is in one.",
        (
            run_first(
                "import os\nfor folder, _, names in os.walk('/kaggle/input'):\n    print(names)",
                "os.listdir('/kaggle/input/dogs')",
            ),
        ),
        ended=(raised(None, "FileNotFoundError"),),
        notes=("`/kaggle/input/dogs` is a path of another machine",),
        is_variant=True,
    ),
)

DATA = tuple(
    Case(
        f"loads_{name}",
        f"It trains on a data set that is imported as `{statement}`.",
        (write("losses", f"{statement}\n{LOADS.format(load=load)}"),),
    )
    for name, statement, load in (
        ("cifar10", "from keras.datasets import cifar10", "cifar10.load_data"),
        ("mnist_of_tensorflow", "import tensorflow as tf", "tf.keras.datasets.mnist.load_data"),
        ("fashion", "from tensorflow.keras.datasets import fashion_mnist as fashion", "fashion.load_data"),
        ("mnist_by_its_module", "import keras.datasets.mnist", "keras.datasets.mnist.load_data"),
        (
            "cifar10_by_its_module",
            "from tensorflow.keras.datasets.cifar10 import load_data",
            "load_data",
        ),
    )
)

PATHS = (
    Case(
        "absolute_paths",
        "It reads files of the student's machine.",
        (
            run_first(
                r"open('C:\\Users\\ada\\Desktop\\data.csv')",
                "np.load('/home/ada/practical/x.npy')",
                "open('data/notes.txt').read()",
            ),
        ),
        ended=(raised(None, "FileNotFoundError"), raised(None, "FileNotFoundError"), raised(None, "FileNotFoundError")),
        notes=("is a path of another machine", "is a path of another machine", "is not beside the notebook"),
    ),
    Case(
        "writes_files",
        "It saves and reads files of its own.",
        (
            run_last(
                "import os\nos.makedirs('out', exist_ok=True)",
                "np.save('out/x.npy', scaled([1, 2]))\nnp.load('out/x.npy')",
                "open('log.txt', 'a').write('done')",
            ),
        ),
        is_variant=True,
    ),
    Case(
        "asks_for_input",
        "It asks the person in front of it.",
        (run_first("size = int(input('How large? '))", "import getpass\ngetpass.getpass()"),),
        ended=(raised(None, "nobody types"), raised(None, "nobody types")),
    ),
    Case(
        "input_in_an_answer",
        "An answer asks before it defines its function: that question alone is lost.",
        (write("scaled", f"factor = float(input())\n{CODE['scaled']}"),),
        points={"scaled": 0.0},
        ended=(raised("scaled", "nobody types"),),
    ),
    Case(
        "debugger",
        "It stops at breakpoints.",
        (run_last("breakpoint()\nimport pdb; pdb.set_trace()", "%debug"),),
        notes=("The breakpoint was skipped", "`%debug"),
        is_variant=True,
    ),
    Case(
        "package_absent",
        "It imports packages that are not here.",
        (put_below(1, code("import torch"), code("import tensorflow_datasets as tfds")),),
        ended=(raised(None, "ModuleNotFoundError"), raised(None, "ModuleNotFoundError")),
        notes=("`torch` is not here", "`tensorflow_datasets` is not here"),
    ),
)

CASES = (*MAGICS, *SHELL, *COLAB, *DATA, *PATHS)

{
 "cells": [
  {
   "cell_type": "markdown",
   "id": "title",
   "metadata": {
    "nbgrader": {
     "grade": false,
     "grade_id": "title",
     "locked": true,
     "schema_version": 3,
     "solution": false,
     "task": false
    }
   },
   "source": [
    "# @title@\n",
    "\n",
    "A network sees pictures as numbers. In this notebook you put these numbers on a common scale, and build a small network that\n",
    "could learn from them.\n",
    "\n",
    "* Cells that contain `# YOUR CODE HERE` are yours: put your code in place of the two lines of the stub, and keep the names of\n",
    "  the functions. Text goes where it says *YOUR ANSWER HERE*.\n",
    "* The other cells are read-only. A cell that starts with `# Checks` shows whether your answer has the right form. All checks\n",
    "  run when you hand in, and each answers with a sentence.\n",
    "* Any correct solution counts, in whichever style you like."
   ]
  },
  {
   "cell_type": "code",
   "execution_count": null,
   "id": "setup",
   "metadata": {
    "nbgrader": {
     "grade": false,
     "grade_id": "setup",
     "locked": true,
     "schema_version": 3,
     "solution": false,
     "task": false
    }
   },
   "outputs": [],
   "source": [
    "import keras\n",
    "import matplotlib.pyplot as plt\n",
    "import numpy as np\n",
    "from keras import layers\n",
    "\n",
    "keras.utils.set_random_seed(1)"
   ]
  },
  {
   "cell_type": "markdown",
   "id": "text_standardise",
   "metadata": {
    "nbgrader": {
     "grade": false,
     "grade_id": "text_standardise",
     "locked": true,
     "schema_version": 3,
     "solution": false,
     "task": false
    }
   },
   "source": [
    "## 1. A common scale\n",
    "\n",
    "An image is an array of shape `(height, width, channels)`, a batch of them one of shape `(n, height, width, channels)`, with\n",
    "numbers from 0 to 255. Networks learn faster from numbers around zero. To *standardise* a channel means to subtract its mean\n",
    "$\\mu$ and to divide by its standard deviation $\\sigma$:\n",
    "\n",
    "$$x' = \\frac{x - \\mu}{\\sigma}$$\n",
    "\n",
    "Both are taken over all pixels of all images of the batch, for each channel by itself. (LeCun, Bottou, Orr and Müller, 1998,\n",
    "*Efficient BackProp*, say why it helps.)\n",
    "\n",
    "**Question `standardise`.** Write the function. A channel in which all numbers are equal has $\\sigma = 0$: it becomes zero."
   ]
  },
  {
   "cell_type": "code",
   "execution_count": null,
   "id": "standardise",
   "metadata": {
    "nbgrader": {
     "grade": false,
     "grade_id": "standardise",
     "locked": false,
     "schema_version": 3,
     "solution": true,
     "task": false
    }
   },
   "outputs": [],
   "source": [
    "def standardise(images):\n",
    "    \"\"\"Standardise each channel of a batch.\n",
    "\n",
    "    images: array of shape (n, height, width, channels), of any number type, uint8 in general\n",
    "    returns an array of the same shape, of real numbers\n",
    "    \"\"\"\n",
    "    ### BEGIN SOLUTION\n",
    "    mean = images.mean(axis=(0, 1, 2))\n",
    "    deviation = images.std(axis=(0, 1, 2))\n",
    "    return (images - mean) / np.where(deviation == 0, 1, deviation)\n",
    "    ### END SOLUTION"
   ]
  },
  {
   "cell_type": "code",
   "execution_count": null,
   "id": "test_standardise",
   "metadata": {
    "nbgrader": {
     "grade": true,
     "grade_id": "test_standardise",
     "locked": true,
     "points": 0,
     "schema_version": 3,
     "solution": false,
     "task": false
    }
   },
   "outputs": [],
   "source": [
    "# Checks: the shape. Graded later: the numbers, for images of any size.\n",
    "_images = np.arange(48, dtype=\"uint8\").reshape(2, 4, 3, 2)\n",
    "assert np.shape(standardise(_images)) == (2, 4, 3, 2), \"the result should have the shape of the images\""
   ]
  },
  {
   "cell_type": "markdown",
   "id": "text_picture",
   "metadata": {
    "nbgrader": {
     "grade": false,
     "grade_id": "text_picture",
     "locked": true,
     "schema_version": 3,
     "solution": false,
     "task": false
    }
   },
   "source": [
    "The first picture below is a made-up batch as it is, the second one what `standardise` makes of it: how often each number\n",
    "occurs, for a channel with small numbers and for one with large ones. Afterwards both lie on top of each other."
   ]
  },
  {
   "cell_type": "code",
   "execution_count": null,
   "id": "picture",
   "metadata": {
    "nbgrader": {
     "grade": false,
     "grade_id": "picture",
     "locked": true,
     "schema_version": 3,
     "solution": false,
     "task": false
    }
   },
   "outputs": [],
   "source": [
    "_rng = np.random.default_rng(0)\n",
    "_batch = np.stack([_rng.normal(60, 15, (8, 16, 16)), _rng.normal(170, 30, (8, 16, 16))], axis=-1).clip(0, 255)\n",
    "_, _axes = plt.subplots(1, 2, figsize=(9, 3))\n",
    "for _ax, _values, _title in zip(_axes, (_batch, standardise(_batch)), (\"as they are\", \"standardised\")):\n",
    "    for _channel in range(2):\n",
    "        _ax.hist(_values[..., _channel].ravel(), bins=40, alpha=0.6, label=f\"channel {_channel}\")\n",
    "    _ax.set(title=_title, xlabel=\"number\", ylabel=\"how often\")\n",
    "    _ax.legend()"
   ]
  },
  {
   "cell_type": "markdown",
   "id": "text_first_network",
   "metadata": {
    "nbgrader": {
     "grade": false,
     "grade_id": "text_first_network",
     "locked": true,
     "schema_version": 3,
     "solution": false,
     "task": false
    }
   },
   "source": [
    "## 2. A first network\n",
    "\n",
    "**Question `first_network`.** Write a function that returns a Keras model for colour images of 32 × 32 pixels:\n",
    "\n",
    "1. a convolution with 16 filters of 3 × 3, with `same` padding and relu, then max pooling of 2 × 2;\n",
    "2. the same with 32 filters;\n",
    "3. the average of each map (*global average pooling*);\n",
    "4. a dense layer with ten units and softmax, so that the ten scores of an image are probabilities."
   ]
  },
  {
   "cell_type": "code",
   "execution_count": null,
   "id": "first_network",
   "metadata": {
    "nbgrader": {
     "grade": false,
     "grade_id": "first_network",
     "locked": false,
     "schema_version": 3,
     "solution": true,
     "task": false
    }
   },
   "outputs": [],
   "source": [
    "def first_network():\n",
    "    \"\"\"Return a Keras model: images of shape (n, 32, 32, 3) in, probabilities of shape (n, 10) out.\"\"\"\n",
    "    ### BEGIN SOLUTION\n",
    "    return keras.Sequential(\n",
    "        [\n",
    "            keras.Input((32, 32, 3)),\n",
    "            layers.Conv2D(16, 3, padding=\"same\", activation=\"relu\"),\n",
    "            layers.MaxPooling2D(),\n",
    "            layers.Conv2D(32, 3, padding=\"same\", activation=\"relu\"),\n",
    "            layers.MaxPooling2D(),\n",
    "            layers.GlobalAveragePooling2D(),\n",
    "            layers.Dense(10, activation=\"softmax\"),\n",
    "        ]\n",
    "    )\n",
    "    ### END SOLUTION"
   ]
  },
  {
   "cell_type": "code",
   "execution_count": null,
   "id": "test_first_network",
   "metadata": {
    "nbgrader": {
     "grade": true,
     "grade_id": "test_first_network",
     "locked": true,
     "points": 0,
     "schema_version": 3,
     "solution": false,
     "task": false
    }
   },
   "outputs": [],
   "source": [
    "# Checks: ten scores for each image. Graded later: the layers, in whichever way you have put them together.\n",
    "assert first_network().output_shape == (None, 10), \"the model should return ten scores for each image\""
   ]
  },
  {
   "cell_type": "markdown",
   "id": "text_why_average",
   "metadata": {
    "nbgrader": {
     "grade": false,
     "grade_id": "text_why_average",
     "locked": true,
     "schema_version": 3,
     "solution": false,
     "task": false
    }
   },
   "source": [
    "**Question `why_average`** (2 points, read by a person). The last maps are of 8 × 8. In place of averaging them, they could be\n",
    "flattened, so that the dense layer sees all their numbers. How many parameters would the dense layer have then, how many has it\n",
    "now, and what does the network lose by averaging?"
   ]
  },
  {
   "cell_type": "markdown",
   "id": "why_average",
   "metadata": {
    "nbgrader": {
     "grade": true,
     "grade_id": "why_average",
     "locked": false,
     "points": 2,
     "schema_version": 3,
     "solution": true,
     "task": false
    }
   },
   "source": [
    "Flattened, the dense layer gets 8 · 8 · 32 = 2,048 numbers and has 2,049 · 10 = 20,490 parameters; now it gets 32 and has 330.\n",
    "Averaging loses where in the image something was found, and keeps only how much of it there was."
   ]
  }
 ],
 "metadata": {
  "kernelspec": {
   "display_name": "Python 3",
   "language": "python",
   "name": "python3"
  },
  "language_info": {
   "name": "python"
  }
 },
 "nbformat": 4,
 "nbformat_minor": 5
}

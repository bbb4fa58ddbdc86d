#!/usr/bin/python3
"""Trains the models of tables, with Debian's python3-sklearn: breast cancer, heart disease
(r-cran-ddalpha), handwritten digits, wine. Usage: train_tables.py FOLDER"""
import gzip

import numpy as np
from sklearn.datasets import load_breast_cancer, load_digits, load_wine
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import StandardScaler

import export

HEART = "/usr/lib/R/site-library/ddalpha/data/heart.txt.gz"
HEART_NAMES = ("age sex chest_pain blood_pressure cholesterol sugar electrocardiogram "
               "heart_rate angina oldpeak slope vessels thal").split()


def load_heart():
    """Statlog heart: 270 patients, 13 attributes, disease or none."""
    with gzip.open(HEART, "rt") as text:
        rows = [line.split() for line in text if line.strip()]
    table = []
    for row in rows:
        try:
            table.append([float(x) for x in row[-14:]])
        except ValueError:
            continue  # the line of names
    table = np.array(table)
    classes = np.unique(table[:, -1])
    return table[:, :-1], (table[:, -1] == classes[1]).astype(int), HEART_NAMES


def unscale(scaler, w, b):
    """Folds the standardisation of columns into the first layer."""
    w = w / scaler.scale_[:, None]
    return w, b - scaler.mean_ @ w


def train(folder, name, x, y, names, hidden, logistic=False, alpha=1e-2, span=None):
    x_train, x_test, y_train, y_test = train_test_split(
        x, y, test_size=0.3, random_state=export.SEED, stratify=y)
    scaler = StandardScaler().fit(x_train)
    if span is not None:  # all columns alike, as pixels are
        scaler.mean_[:], scaler.scale_[:] = 0, span
    model = MLPClassifier(hidden, alpha=alpha, max_iter=2000, random_state=export.SEED)
    model.fit(scaler.transform(x_train), y_train)
    layers = list(zip(model.coefs_, model.intercepts_))
    layers[0] = unscale(scaler, *layers[0])
    two = len(np.unique(y)) == 2
    export.save_layers("%s/%s-mlp.onnx" % (folder, name), layers, "Sigmoid" if two else None)
    print("%s-mlp: %.2f %% of %d test rows" %
          (name, 100 * model.score(scaler.transform(x_test), y_test), len(y_test)))
    if logistic:
        model = LogisticRegression(C=1.0, max_iter=10000).fit(scaler.transform(x_train), y_train)
        w, b = unscale(scaler, model.coef_.T, model.intercept_)
        export.save_layers("%s/%s-logistic.onnx" % (folder, name), [(w, b)], "Sigmoid")
        print("%s-logistic: %.2f %%" %
              (name, 100 * model.score(scaler.transform(x_test), y_test)))
    export.save_rows("%s/%s-calibrate.csv" % (folder, name), x_train[:400], names)
    export.save_rows("%s/%s-test.csv" % (folder, name), x_test, names)
    export.save_rows("%s/%s-labels.csv" % (folder, name), y_test)


def main():
    folder = export.folder()
    cancer = load_breast_cancer()
    names = [n.replace(" ", "_") for n in cancer.feature_names]
    train(folder, "breast-cancer", cancer.data, cancer.target, names, (16,), logistic=True)
    train(folder, "heart", *load_heart(), (16,), logistic=True, alpha=1.0)
    wine = load_wine()
    train(folder, "wine", wine.data, wine.target,
          [n.replace("/", "_") for n in wine.feature_names], (16,))
    digits = load_digits()
    train(folder, "digits", digits.data, digits.target, None, (32, 32), span=16)


if __name__ == "__main__":
    main()
